import { AIConfigError, type Issue, type Policy, validatePolicy } from "@ai-config/config-core";
import { type Actor, type ActorDb, sql } from "@ai-config/db";

import { checkChange } from "../configuration/check-change.ts";
import { requireAdmin } from "../configuration/stored-configuration.ts";
import type { ServiceContext } from "../context.ts";
import { runAs } from "../run-as.ts";

export interface SetPolicyInput {
  readonly actor: Actor;
  readonly organizationId: string;
  /** The whole policy; `{}` imposes nothing any more. */
  readonly policy: unknown;
  /** The version the change was made on; 0 where there was none yet. Absent: whatever is there. */
  readonly expectedVersion?: number | undefined;
  /** Why, in people's words, for the audit. */
  readonly reason?: string | undefined;
}

export type SetPolicyResult =
  | { success: true; version: number; policy: Policy }
  | { success: false; errors: readonly Issue[] };

/**
 * Replaces what an organization imposes. It holds for every read from then on, in every process. Rows that
 * break it stay as they are and are limited where they are read. For owners and admins.
 */
export async function setPolicy(ctx: ServiceContext, input: SetPolicyInput): Promise<SetPolicyResult> {
  const { actor, organizationId, reason } = input;
  const checked = validatePolicy(input.policy, { models: ctx.models });
  const issues = [...checkChange({ reason }), ...(checked.success ? [] : checked.errors)];
  if (!checked.success || issues.length > 0) return { success: false, errors: issues };
  const version = await runAs(ctx, actor, (tx) => writePolicy(tx, input, checked.data), {
    reason,
    codes: { "23505": "CONFIGURATION_STALE" },
  });
  ctx.cache.forgetOrganization(organizationId);
  return { success: true, version, policy: checked.data };
}

async function writePolicy(
  tx: ActorDb,
  { actor, organizationId, expectedVersion }: SetPolicyInput,
  policy: Policy,
): Promise<number> {
  await requireAdmin(tx, actor, { type: "organization", organizationId });
  const id = sql`organization_id = ${organizationId}::uuid`;
  const [locked] = await tx.execute<{ version: number }>(
    sql`select version from public.organization_policies where ${id} for update`,
  );
  if (expectedVersion !== undefined && expectedVersion !== (locked?.version ?? 0)) {
    throw new AIConfigError("CONFIGURATION_STALE");
  }
  const rules = sql`${JSON.stringify(policy)}::jsonb`;
  // Where two make the first one at once, the second is told that it came later.
  const [written] = await tx.execute<{ version: number }>(
    locked === undefined
      ? sql`insert into public.organization_policies (organization_id, policy)
          values (${organizationId}::uuid, ${rules}) returning version`
      : sql`update public.organization_policies set policy = ${rules} where ${id} returning version`,
  );
  if (written === undefined) throw new AIConfigError("FORBIDDEN");
  return written.version;
}
