import { type Policy, readPolicy } from "@ai-config/config-core";
import { type Actor, sql } from "@ai-config/db";

import { requireVisible } from "../configuration/stored-configuration.ts";
import type { ServiceContext } from "../context.ts";
import { isoTime } from "../iso-time.ts";
import { runAs } from "../run-as.ts";

/** What an organization imposes, and since when. */
export interface StoredOrganizationPolicy {
  readonly policy: Policy;
  /** 0 where nothing was ever imposed. */
  readonly version: number;
  readonly updatedAt: string | null;
  readonly updatedBy: string | null;
}

/** The policy of an organization, for all of its members. */
export function getPolicy(
  ctx: ServiceContext,
  { actor, organizationId }: { actor: Actor; organizationId: string },
): Promise<StoredOrganizationPolicy> {
  return runAs(ctx, actor, async (tx) => {
    await requireVisible(tx, actor, { type: "organization", organizationId }, ["policy:read"]);
    const [row] = await tx.execute<{
      policy: unknown;
      version: number;
      updated_at: string;
      updated_by: string | null;
    }>(sql`
      select policy, version, ${isoTime("updated_at")}, updated_by from public.organization_policies
      where organization_id = ${organizationId}::uuid`);
    if (row === undefined) return { policy: {}, version: 0, updatedAt: null, updatedBy: null };
    const { policy, version, updated_at, updated_by } = row;
    return { policy: readPolicy(policy), version, updatedAt: updated_at, updatedBy: updated_by };
  });
}
