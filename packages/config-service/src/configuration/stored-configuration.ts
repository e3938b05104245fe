import { AIConfigError, type TokenAction } from "@ai-config/config-core";
import { type Actor, type ActorDb, sql, type TokenActor } from "@ai-config/db";

import { type Fragment, isoTime } from "../iso-time.ts";
import { type Owner, ownerId } from "../owner.ts";

/** A stored row as people who may see it see it. */
export interface ConfigurationSummary {
  readonly id: string;
  readonly owner: Owner;
  readonly configName: string;
  readonly configuration: unknown;
  readonly isActive: boolean;
  readonly priority: number;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly createdBy: string | null;
  readonly updatedBy: string | null;
}

interface ConfigurationRow extends Record<string, unknown> {
  id: string;
  user_id: string | null;
  organization_id: string | null;
  config_name: string;
  configuration: unknown;
  is_active: boolean;
  priority: number;
  version: number;
  created_at: string;
  updated_at: string;
  created_by: string | null;
  updated_by: string | null;
}

const COLUMNS = sql`id, user_id, organization_id, config_name, configuration, is_active, priority, version,
  ${isoTime("created_at")}, ${isoTime("updated_at")}, created_by, updated_by`;

/** The rows that match, in the order they apply. */
export async function findConfigurations(tx: ActorDb, where: Fragment): Promise<ConfigurationSummary[]> {
  const rows = await tx.execute<ConfigurationRow>(
    sql`select ${COLUMNS} from public.ai_configurations where ${where} order by priority, ai_configurations.created_at, id`,
  );
  return rows.map(summaryOf);
}

/**
 * The row that matches, held against other writers until the transaction ends. Undefined where there is none
 * that the actor may see; one that they may see and not change is forbidden.
 */
export async function lockConfiguration(
  tx: ActorDb,
  where: Fragment,
): Promise<ConfigurationSummary | undefined> {
  const locked = await lockRow(tx, where);
  if (locked !== undefined || (await findConfigurations(tx, where)).length === 0) return locked;
  // It may have been made between the two looks, so a third one decides.
  const lockedNow = await lockRow(tx, where);
  if (lockedNow === undefined) throw new AIConfigError("FORBIDDEN");
  return lockedNow;
}

async function lockRow(tx: ActorDb, where: Fragment): Promise<ConfigurationSummary | undefined> {
  const [row] = await tx.execute<ConfigurationRow>(
    sql`select ${COLUMNS} from public.ai_configurations where ${where} for update`,
  );
  return row && summaryOf(row);
}

/**
 * Holds off other changes of the same owner until the transaction ends. Rules go across rows, so two changes of
 * different rows could each be right and both together wrong. The database takes the same lock for new rows.
 */
export async function lockOwner(tx: ActorDb, owner: Owner): Promise<void> {
  const name = `configurations of ${ownerId(owner)}`;
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`);
}

/** Rows of one owner. */
export function ownedBy(owner: Owner): Fragment {
  return owner.type === "user"
    ? sql`user_id = ${owner.userId}::uuid`
    : sql`organization_id = ${owner.organizationId}::uuid`;
}

/** Names differ by more than case. */
export function named(owner: Owner, configName: string): Fragment {
  return sql`${ownedBy(owner)} and lower(config_name) = lower(${configName})`;
}

/**
 * What the actor may not see does not exist: another account, and an organization they do not belong to. What
 * they may see and not change is for row security to refuse. A token needs one of the actions.
 */
export async function requireVisible(
  tx: ActorDb,
  actor: Actor,
  owner: Owner,
  actions: readonly TokenAction[] = [],
): Promise<void> {
  if (actor.type === "service") return;
  if (actor.type === "token") return requireTokenFor(tx, actor, owner, actions);
  if (owner.type === "user") {
    if (owner.userId !== actor.userId) throw new AIConfigError("NOT_FOUND");
    return;
  }
  const rows = await tx.execute(
    sql`select 1 from public.organization_members
        where organization_id = ${owner.organizationId}::uuid and user_id = ${actor.userId}::uuid`,
  );
  if (rows.length === 0) throw new AIConfigError("NOT_FOUND");
}

/** For what only owners and admins of an organization may do or see, or a token with one of the actions. */
export async function requireAdmin(
  tx: ActorDb,
  actor: Actor,
  owner: Owner,
  actions: readonly TokenAction[] = [],
): Promise<void> {
  await requireVisible(tx, actor, owner, actions);
  if (actor.type !== "user" || owner.type === "user") return;
  const rows = await tx.execute(sql`
    select 1 from public.organization_members
    where organization_id = ${owner.organizationId}::uuid and user_id = ${actor.userId}::uuid
      and role in ('owner', 'admin')`);
  if (rows.length === 0) throw new AIConfigError("FORBIDDEN");
}

/**
 * The same again with a service's rights, after a wait for somebody else's transaction: who was removed, or revoked,
 * meanwhile has nothing left to do.
 */
export async function requireStillAdmin(
  tx: ActorDb,
  actor: Actor,
  owner: Owner,
  action: TokenAction,
): Promise<void> {
  if (actor.type !== "token") return requireAdmin(tx, actor, owner);
  const rows = await tx.execute(sql`
    select 1 from public.service_tokens
    where id = ${actor.tokenId}::uuid and ${ownedBy(owner)} and expires_at > clock_timestamp()
      and ${action} = any (actions)`);
  if (rows.length === 0) throw new AIConfigError("FORBIDDEN");
}

/** Asks the database, because the token may have been revoked since the request came in. */
async function requireTokenFor(
  tx: ActorDb,
  actor: TokenActor,
  owner: Owner,
  actions: readonly TokenAction[],
): Promise<void> {
  if (owner.type === "user" || owner.organizationId !== actor.organizationId) {
    throw new AIConfigError("NOT_FOUND");
  }
  // No action at all would mean whatever it may do.
  if (actions.length === 0) throw new AIConfigError("FORBIDDEN");
  const [row] = await tx.execute<{ isAllowed: boolean }>(sql`
    select coalesce(private.token_organization(${`{${actions.join(",")}}`}::text[]) = ${owner.organizationId}::uuid, false)
      as "isAllowed"`);
  if (row?.isAllowed !== true) throw new AIConfigError("FORBIDDEN");
}

function summaryOf(row: ConfigurationRow): ConfigurationSummary {
  const owner: Owner =
    row.organization_id === null
      ? { type: "user", userId: row.user_id ?? "" }
      : { type: "organization", organizationId: row.organization_id };
  return {
    id: row.id,
    owner,
    configName: row.config_name,
    configuration: row.configuration,
    isActive: row.is_active,
    priority: row.priority,
    version: row.version,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    createdBy: row.created_by,
    updatedBy: row.updated_by,
  };
}
