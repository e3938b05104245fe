import type { Actor } from "@ai-config/db";

import type { ServiceContext } from "../context.ts";
import type { Owner } from "../owner.ts";
import type { EffectiveConfiguration } from "./effective-configuration.ts";
import { getEffectiveConfiguration } from "./get-effective-configuration.ts";
import { getOrganizationConfiguration } from "./get-organization-configuration.ts";

/** What applies for an owner of either kind. */
export function getOwnerConfiguration(
  ctx: ServiceContext,
  { actor, owner }: { actor: Actor; owner: Owner },
): Promise<EffectiveConfiguration> {
  return owner.type === "user"
    ? getEffectiveConfiguration(ctx, { actor, userId: owner.userId })
    : getOrganizationConfiguration(ctx, { actor, organizationId: owner.organizationId });
}
