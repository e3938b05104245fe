import {
  type EffectiveConfiguration,
  getEffectiveConfiguration,
  peekEffectiveConfiguration,
} from "@ai-config/config-service";

import type { Asker, Runtime } from "../runtime.ts";

const ACTOR = { type: "service", name: "governed-claude" } as const;

/** What applies for an account, at hand in most cases. */
export async function effectiveFor(
  { service }: Pick<Runtime, "service">,
  { userId, organizationId }: Asker,
): Promise<EffectiveConfiguration> {
  const input = { actor: ACTOR, userId, organizationId };
  return peekEffectiveConfiguration(service, input) ?? getEffectiveConfiguration(service, input);
}
