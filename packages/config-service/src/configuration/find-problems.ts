import {
  FIELDS,
  type Issue,
  type Layer,
  type PartialConfiguration,
  resolveConfiguration,
} from "@ai-config/config-core";
import { type ActorDb, sql } from "@ai-config/db";

import type { ServiceContext } from "../context.ts";
import type { Owner } from "../owner.ts";
import { findPolicyInForce, policyOption } from "../policies/policy-in-force.ts";
import { type ConfigurationSummary, findConfigurations, ownedBy } from "./stored-configuration.ts";

/**
 * What is wrong with the effective result as the transaction sees it just now. An account is judged over its
 * default organization, an organization by itself.
 */
export async function findProblems(
  tx: ActorDb,
  ctx: ServiceContext,
  owner: Owner,
): Promise<readonly Issue[]> {
  const rows = await findConfigurations(
    tx,
    owner.type === "organization"
      ? sql`is_active and ${ownedBy(owner)}`
      : sql`is_active and (${ownedBy(owner)} or organization_id = (
          select organization_id from public.organization_members
          where user_id = ${owner.userId}::uuid and is_default))`,
  );
  const environment: Layer = { source: "environment", values: ctx.environment.values };
  const policy = await findPolicyInForce(tx, owner);
  const options = { models: ctx.models, ...policyOption(policy) };
  return resolveConfiguration([environment, ...rows.map(layerOf)], options).problems;
}

/**
 * The problems a change is to blame for: new ones, those whose words change because the other field of a pair
 * did, and those at a field that it sets. Others were there before, often in a layer that belongs to somebody
 * else, and must not keep people from correcting something.
 */
export function introducedProblems(
  before: readonly Issue[],
  after: readonly Issue[],
  changed: ReadonlySet<string> = new Set(),
): Issue[] {
  const known = new Set(before.map(problemKey));
  return after.filter((issue) => !known.has(problemKey(issue)) || changed.has(issue.path));
}

/** The fields that a patch sets or removes; a section that is removed names all of its fields. */
export function patchedPaths(patch: object): Set<string> {
  const paths = new Set<string>();
  for (const { path, section, name } of FIELDS) {
    const fields = (patch as Partial<Record<string, Record<string, unknown> | null>>)[section];
    if (fields === null || (fields !== undefined && name in fields)) paths.add(path);
  }
  return paths;
}

function problemKey({ path, code, message }: Issue): string {
  return `${path} ${code} ${message}`;
}

/** A stored row as resolution takes it. */
export function layerOf(row: ConfigurationSummary): Layer {
  return {
    source: row.owner.type,
    values: row.configuration as PartialConfiguration,
    id: row.id,
    name: row.configName,
    version: row.version,
    priority: row.priority,
    createdAt: row.createdAt,
  };
}
