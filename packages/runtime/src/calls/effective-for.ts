import {
  type EffectiveConfiguration,
  getEffectiveConfiguration,
  peekEffectiveConfiguration,
} from "@ai-config/config-service";

import type { Asker, Runtime } from "../runtime.ts";
import type { Call } from "./call.ts";

const ACTOR = { type: "service", name: "governed-claude" } as const;

/** What applies for an account, at hand in most cases. */
export function effectiveFor(
  { service }: Pick<Runtime, "service">,
  { userId, organizationId }: Asker,
): EffectiveConfiguration | Promise<EffectiveConfiguration> {
  const input = { actor: ACTOR, userId, organizationId };
  return peekEffectiveConfiguration(service, input) ?? getEffectiveConfiguration(service, input);
}

/**
 * What applies to a call that has begun: a changed limit counts at once, also for who waits or tries again. At hand,
 * and the call's own, in most cases.
 */
export function effectiveNow(call: Call): EffectiveConfiguration | Promise<EffectiveConfiguration> {
  const { runtime, asker, effective, guard } = call;
  const now = effectiveFor(runtime, asker);
  return now === effective ? effective : guard.race(renewed(call, now));
}

async function renewed(
  { runtime, asker, effective }: Call,
  read: EffectiveConfiguration | Promise<EffectiveConfiguration>,
): Promise<EffectiveConfiguration> {
  const { organizationId } = effective;
  const now = await read;
  // What could not be renewed says nothing new.
  if (now.stale) return effective;
  if (now.organizationId === organizationId) return now;
  // Another default organization does not move a call that has begun: it is booked where it was admitted.
  return organizationId === null ? effective : effectiveFor(runtime, { ...asker, organizationId });
}
