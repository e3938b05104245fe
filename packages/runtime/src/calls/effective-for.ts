import { AIConfigError } from "@ai-config/config-core";
import {
  type EffectiveConfiguration,
  type EffectiveConfigurationInput,
  getEffectiveConfiguration,
  peekEffectiveConfiguration,
} from "@ai-config/config-service";

import { noMember, unknownAccount } from "../failures/unknown-asker.ts";
import type { Asker, Runtime } from "../runtime.ts";
import type { Call } from "./call.ts";

const ACTOR = { type: "service", name: "governed-claude" } as const;

/** What applies for an account, at hand in most cases. Throws ACCOUNT_NOT_FOUND where there is no such account. */
export function effectiveFor(
  { service }: Pick<Runtime, "service">,
  { userId, organizationId }: Asker,
): EffectiveConfiguration | Promise<EffectiveConfiguration> {
  const input = { actor: ACTOR, userId, organizationId };
  const known = peekEffectiveConfiguration(service, input);
  return known === undefined ? read({ service }, input) : ofAccount(known);
}

async function read(
  { service }: Pick<Runtime, "service">,
  input: EffectiveConfigurationInput,
): Promise<EffectiveConfiguration> {
  try {
    return ofAccount(await getEffectiveConfiguration(service, input));
  } catch (error) {
    const isRefused = error instanceof AIConfigError && error.code === "NOT_FOUND";
    if (!isRefused || input.organizationId === null) throw error;
    // Who is nobody belongs to no organization, and should hear of the former.
    ofAccount(await getEffectiveConfiguration(service, { ...input, organizationId: null }));
    throw noMember();
  }
}

function ofAccount(effective: EffectiveConfiguration): EffectiveConfiguration {
  if (effective.isUnknownAccount) throw unknownAccount();
  return effective;
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
