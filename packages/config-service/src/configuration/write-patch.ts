import { AIConfigError, applyPatch, type ConfigurationPatch, findBreaches } from "@ai-config/config-core";
import { type Actor, type ActorDb, sql } from "@ai-config/db";

import type { ServiceContext } from "../context.ts";
import type { Owner } from "../owner.ts";
import { findPolicyInForce } from "../policies/policy-in-force.ts";
import { findProblems, introducedProblems, patchedPaths } from "./find-problems.ts";
import { lockConfiguration, lockOwner, named, requireVisible } from "./stored-configuration.ts";

/** What a patch is written to, and by whom. */
export interface PatchTarget {
  readonly actor: Actor;
  readonly owner: Owner;
  readonly configName: string;
  readonly expectedVersion?: number | undefined;
}

/**
 * Merges a patch into the named row, or makes the row, and answers its version. Holds the owner's rows until the
 * transaction ends. Throws CONFIGURATION_INVALID with every problem that the patch would bring, and
 * CONFIGURATION_STALE where the row has another version than expected.
 */
export async function writePatch(
  tx: ActorDb,
  ctx: ServiceContext,
  { actor, owner, configName, expectedVersion }: PatchTarget,
  patch: ConfigurationPatch,
): Promise<number> {
  await requireVisible(tx, actor, owner, ["configurations:write"]);
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
