import {
  AIConfigError,
  applyPatch,
  type ConfigurationPatch,
  findBreaches,
  type Issue,
  validatePatch,
} from "@ai-config/config-core";
import { type Actor, type ActorDb, sql } from "@ai-config/db";

import type { ServiceContext } from "../context.ts";
import { forgetOwner } from "../forget-owner.ts";
import type { Owner } from "../owner.ts";
import { findPolicyInForce } from "../policies/policy-in-force.ts";
import { runAs } from "../run-as.ts";
import { checkChange } from "./check-change.ts";
import type { EffectiveConfiguration } from "./effective-configuration.ts";
import { findProblems, introducedProblems, patchedPaths } from "./find-problems.ts";
import { getOwnerConfiguration } from "./get-owner-configuration.ts";
import { lockConfiguration, lockOwner, named, requireVisible } from "./stored-configuration.ts";

export interface UpdateConfigurationInput {
  readonly actor: Actor;
  readonly owner: Owner;
  readonly configName: string;
  /** An RFC 7396 merge patch: null makes a field inherited again. */
  readonly updates: unknown;
  /** The version the change was made on; 0 where there was no row yet. Absent: whatever is there. */
  readonly expectedVersion?: number | undefined;
  /** Why, in people's words, for the audit. */
  readonly reason?: string | undefined;
}

export type UpdateConfigurationResult =
  | { success: true; version: number; effective: EffectiveConfiguration }
  | { success: false; errors: readonly Issue[] };

/**
 * Merges a patch into a stored row, or makes the row. The merge happens in the database under a row lock, so
 * that two patches of different fields both survive. A patch is checked by itself and by the effective result
 * it gives; where that is wrong nothing is changed.
 */
export async function updateConfiguration(
  ctx: ServiceContext,
  input: UpdateConfigurationInput,
): Promise<UpdateConfigurationResult> {
  const { actor, owner, reason } = input;
  const checked = validatePatch(input.updates, { models: ctx.models });
  const issues = [...checkChange(input), ...(checked.success ? [] : checked.errors)];
  if (!checked.success || issues.length > 0) return { success: false, errors: issues };

  let version: number;
  try {
    version = await runAs(ctx, actor, (tx) => writePatch(tx, ctx, input, checked.data), { reason });
  } catch (error) {
    if (!(error instanceof AIConfigError) || error.code !== "CONFIGURATION_INVALID") throw error;
    return { success: false, errors: error.issues.length > 0 ? error.issues : [refusedByDatabase] };
  }
  // The announcement reaches this process too, but maybe after its next read.
  forgetOwner(ctx, owner);
  return { success: true, version, effective: await getOwnerConfiguration(ctx, { actor, owner }) };
}

const refusedByDatabase: Issue = {
  path: "",
  code: "invalid_value",
  message: "The database refused this configuration.",
};

async function writePatch(
  tx: ActorDb,
  ctx: ServiceContext,
  { actor, owner, configName, expectedVersion }: UpdateConfigurationInput,
  patch: ConfigurationPatch,
): Promise<number> {
  await requireVisible(tx, actor, owner);
  await lockOwner(tx, owner);
  const where = named(owner, configName);
  const locked = await lockConfiguration(tx, where);
  requireVersion(expectedVersion, locked?.version ?? 0);
  await requireWithinPolicy(tx, owner, locked?.configuration ?? {}, patch);

  const before = await findProblems(tx, ctx, owner);
  const version =
    locked === undefined
      ? await insertOrMerge(tx, owner, configName, patch, expectedVersion)
      : await mergeInto(tx, locked.id, patch);
  const after = await findProblems(tx, ctx, owner);
  const introduced = introducedProblems(before, after, patchedPaths(patch));
  if (introduced.length > 0) throw new AIConfigError("CONFIGURATION_INVALID", { issues: introduced });
  return version;
}

/** What the database would refuse as well, with the reason in words. */
async function requireWithinPolicy(
  tx: ActorDb,
  owner: Owner,
  before: unknown,
  patch: ConfigurationPatch,
): Promise<void> {
  const policy = await findPolicyInForce(tx, owner);
  if (policy === null) return;
  const name = policy.organizationName;
  const breaches = findBreaches(policy.rules, applyPatch(before, patch), { name, before });
  if (breaches.length > 0) throw new AIConfigError("CONFIGURATION_INVALID", { issues: breaches });
}

async function insertOrMerge(
  tx: ActorDb,
  owner: Owner,
  configName: string,
  patch: ConfigurationPatch,
  expectedVersion: number | undefined,
): Promise<number> {
  const column = sql.identifier(owner.type === "user" ? "user_id" : "organization_id");
  const id = owner.type === "user" ? owner.userId : owner.organizationId;
  const [inserted] = await tx.execute<{ version: number }>(sql`
    insert into public.ai_configurations (${column}, config_name, configuration)
    values (${id}::uuid, ${configName.normalize("NFC")}, private.merge_patch('{}'::jsonb, ${JSON.stringify(patch)}::jsonb))
    on conflict do nothing returning version`);
  if (inserted !== undefined) return inserted.version;

  // Somebody else made the row at the same moment; ours is a change of theirs now.
  const where = named(owner, configName);
  const locked = await lockConfiguration(tx, where);
  if (locked === undefined) throw new AIConfigError("CONFIGURATION_STALE");
  requireVersion(expectedVersion, locked.version);
  return mergeInto(tx, locked.id, patch);
}

async function mergeInto(tx: ActorDb, id: string, patch: ConfigurationPatch): Promise<number> {
  const [row] = await tx.execute<{ version: number }>(sql`
    update public.ai_configurations
    set configuration = private.merge_patch(configuration, ${JSON.stringify(patch)}::jsonb)
    where id = ${id}::uuid returning version`);
  if (row === undefined) throw new AIConfigError("FORBIDDEN");
  return row.version;
}

function requireVersion(expected: number | undefined, actual: number): void {
  if (expected !== undefined && expected !== actual) throw new AIConfigError("CONFIGURATION_STALE");
}
