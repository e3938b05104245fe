import type { Actor } from "@ai-config/db";

import type { ServiceContext } from "../context.ts";
import type { Owner } from "../owner.ts";
import type { EffectiveConfiguration } from "./effective-configuration.ts";
import { getEffectiveConfiguration } from "./get-effective-configuration.ts";
import { getOrganizationConfiguration } from "./get-organization-configuration.ts";

/**
 * What applies for an owner of either kind. For verbs that found the actor allowed: a token that may change
 * something sees what comes of it, also where it may not ask for it by itself.
 */
export function getOwnerConfiguration(
  ctx: ServiceContext,
  { actor, owner }: { actor: Actor; owner: Owner },
): Promise<EffectiveConfiguration> {
  return owner.type === "user"
    ? getEffectiveConfiguration(ctx, { actor, userId: owner.userId })
    : getOrganizationConfiguration(ctx, {
        actor: actor.type === "token" ? { type: "service", name: "owner configuration" } : actor,
        organizationId: owner.organizationId,
      });
}
