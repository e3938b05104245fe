import {
  FIELDS,
  type FieldPath,
  type Issue,
  type Layer,
  type Policy,
  type Resolution,
  readPolicy,
  resolveConfiguration,
  validatePolicy,
} from "@ai-config/config-core";
import { type Actor, type ActorDb, sql, withServiceRights } from "@ai-config/db";

import { layerOf } from "../configuration/find-problems.ts";
import {
  type ConfigurationSummary,
  findConfigurations,
  requireAdmin,
} from "../configuration/stored-configuration.ts";
import type { ServiceContext } from "../context.ts";
import { listMembers, type MemberSummary } from "../organizations/members.ts";
import { runAs } from "../run-as.ts";

/** More is for nobody to read; the count tells how many there are. */
const MEMBERS_MAX = 200;

/** One field of somebody that would change. What they had is theirs to know and is not part of it. */
export interface PolicyEffect {
  readonly path: FieldPath;
  readonly value: unknown;
  /** Why, such as "Limited to 8,192 tokens by Acme."; null where a former limit ends. */
  readonly message: string | null;
}

export interface AffectedMember extends MemberSummary {
  readonly fields: readonly PolicyEffect[];
}

export interface PolicyPreview {
  readonly memberCount: number;
  readonly affectedCount: number;
  /** Up to 200 of the affected members, with what changes for each. */
  readonly members: readonly AffectedMember[];
}

export type PreviewPolicyResult =
  | ({ success: true } & PolicyPreview)
  | { success: false; errors: readonly Issue[] };

export interface PreviewPolicyInput {
  readonly actor: Actor;
  readonly organizationId: string;
  readonly policy: unknown;
}

/** Who would be affected by a policy, and how, before it is imposed. For owners and admins; changes nothing. */
export async function previewPolicy(
  ctx: ServiceContext,
  { actor, organizationId, policy }: PreviewPolicyInput,
): Promise<PreviewPolicyResult> {
  const checked = validatePolicy(policy, { models: ctx.models });
  if (!checked.success) return { success: false, errors: checked.errors };
  const stored = await runAs(ctx, actor, async (tx) => {
    await requireAdmin(tx, actor, { type: "organization", organizationId });
    return readOrganization(tx, organizationId);
  });
  const members = await listMembers(ctx, { actor, organizationId });
  const effectsOn = comparePolicies(ctx, stored, checked.data);
  const affected: AffectedMember[] = [];
  for (const member of members) {
    const fields = effectsOn(member.userId);
    if (fields.length > 0) affected.push({ ...member, fields });
  }
  return {
    success: true,
    memberCount: members.length,
    affectedCount: affected.length,
    members: affected.slice(0, MEMBERS_MAX),
  };
}

interface StoredOrganization {
  name: string;
  policy: Policy;
  rows: readonly ConfigurationSummary[];
}

/** The organization's rows and its members', which nobody else may see: only what follows from them leaves. */
async function readOrganization(tx: ActorDb, organizationId: string): Promise<StoredOrganization> {
  await withServiceRights(tx);
  const [organization] = await tx.execute<{ name: string; policy: unknown }>(sql`
    select o.name, p.policy from public.organizations o
    left join public.organization_policies p on p.organization_id = o.id
    where o.id = ${organizationId}::uuid`);
  const rows = await findConfigurations(
    tx,
    sql`is_active and (organization_id = ${organizationId}::uuid or user_id in (
      select m.user_id from public.organization_members m where m.organization_id = ${organizationId}::uuid))`,
  );
  return { name: organization?.name ?? "", policy: readPolicy(organization?.policy ?? {}), rows };
}

/** What changes for an account between two policies. Most have no rows of their own, and the same answer. */
function comparePolicies(
  ctx: ServiceContext,
  { name, policy: before, rows }: StoredOrganization,
  after: Policy,
): (userId: string) => PolicyEffect[] {
  const shared: Layer[] = [{ source: "environment", values: ctx.environment.values }];
  const own = new Map<string, Layer[]>();
  for (const row of rows) {
    if (row.owner.type === "organization") shared.push(layerOf(row));
    else own.set(row.owner.userId, [...(own.get(row.owner.userId) ?? []), layerOf(row)]);
  }
  const compare = (layers: readonly Layer[]) => {
    const resolve = (rules: Policy) =>
      resolveConfiguration(layers, { models: ctx.models, policy: { rules, name } });
    return differences(resolve(before), resolve(after));
  };
  let ofEverybodyElse: PolicyEffect[] | undefined;
  return (userId) => {
    const layers = own.get(userId);
    if (layers !== undefined) return compare([...shared, ...layers]);
    ofEverybodyElse ??= compare(shared);
    return ofEverybodyElse;
  };
}

function differences(before: Resolution, after: Resolution): PolicyEffect[] {
  const effects: PolicyEffect[] = [];
  for (const { path } of FIELDS) {
    const { value, imposed } = after.fields[path];
    if (JSON.stringify(before.fields[path].value) === JSON.stringify(value)) continue;
    effects.push({ path, value, message: imposed?.message ?? null });
  }
  return effects;
}
