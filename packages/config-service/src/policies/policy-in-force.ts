import { type Policy, type ResolveOptions, readPolicy } from "@ai-config/config-core";
import { type ActorDb, sql } from "@ai-config/db";

import type { Owner } from "../owner.ts";

/** What applies to an owner, and who says so. */
export interface PolicyInForce {
  readonly rules: Policy;
  readonly organizationName: string;
}

/** The policy an owner is held to: an organization's own, or that of an account's default organization. */
export async function findPolicyInForce(tx: ActorDb, owner: Owner): Promise<PolicyInForce | null> {
  const organization =
    owner.type === "organization"
      ? sql`${owner.organizationId}::uuid`
      : sql`(select organization_id from public.organization_members
          where user_id = ${owner.userId}::uuid and is_default)`;
  const [row] = await tx.execute<{ policy: unknown; name: string }>(sql`
    select p.policy, o.name from public.organization_policies p
    join public.organizations o on o.id = p.organization_id
    where p.organization_id = ${organization}`);
  return row === undefined ? null : { rules: readPolicy(row.policy), organizationName: row.name };
}

/** The policy as resolution takes it. */
export function policyOption(policy: PolicyInForce | null): Pick<ResolveOptions, "policy"> {
  return policy === null ? {} : { policy: { rules: policy.rules, name: policy.organizationName } };
}
