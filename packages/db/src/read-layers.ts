import type { Actor, Database } from "./client.ts";

/** One stored row of an owner, as an explanation needs it. */
export interface StoredLayer {
  id: string;
  source: "organization" | "user";
  configName: string;
  configuration: unknown;
  priority: number;
  version: number;
  createdAt: string;
  updatedAt: string;
  updatedBy: string | null;
}

/** What may be told about a stored key. */
export interface KeySummary {
  owner: "user" | "organization";
  slot: "primary" | "secondary";
  hint: string;
  keyVersion: number;
  status: "active" | "grace" | "revoked";
  verified: boolean;
  /** An ISO 8601 moment, or null for a key that is valid until it is replaced. */
  expiresAt: string | null;
}

/** What an organization imposes, as it is stored. */
export interface StoredPolicy {
  version: number;
  rules: unknown;
}

/** What applies to one account. */
export interface AccountSnapshot extends LayersSnapshot {
  userId: string;
  /** Whether there is no such account. Nothing is stored for one, as for one that has stored nothing yet. */
  isUnknownAccount: boolean;
}

/** Everything stored that applies to one user or organization, weakest row first. */
export interface LayersSnapshot {
  userId: string | null;
  organizationId: string | null;
  organizationName: string | null;
  /** Null where the organization imposes nothing. */
  policy: StoredPolicy | null;
  rows: StoredLayer[];
  keys: KeySummary[];
}

/** What the database keeps ready for one owner. */
interface OwnerLayers {
  rows: StoredLayer[];
  keys: KeySummary[];
}

interface OrganizationLayers extends OwnerLayers {
  id: string;
  name: string;
  /** Absent from what was kept before there were policies. */
  policy?: StoredPolicy | null;
}

const PREPARED = { prepare: true };
/** What nearly every read is, with half the parameters: each costs a cold read as much as its look-up does. */
const READ_OWN_LAYERS =
  "select private.read_layers('user', $1::uuid::text, $1::uuid, $2::uuid) as layers, extract(epoch from clock_timestamp())::float8 * 1000 as now";

/** What was kept ready, and what time it is for the database, by which keys expire. */
interface LayersRow {
  layers: string;
  now: number;
}

/**
 * The active rows of a user and of the organization in force: the named one, else the user's default. One
 * prepared statement judges the actor and reads by primary key. Rejects with SQLSTATE 42501 what row security
 * would not show.
 */
export async function readLayers(
  { db: { $client: client } }: Database,
  actor: Actor,
  { userId, organizationId = null }: { userId: string; organizationId?: string | null | undefined },
): Promise<AccountSnapshot> {
  const isSelf = actor.type === "user" && actor.userId === userId;
  const [row] = isSelf
    ? await client.unsafe<LayersRow[]>(READ_OWN_LAYERS, [userId, organizationId], PREPARED)
    : await client<LayersRow[]>`
        select private.read_layers(${actor.type}, ${nameOf(actor)}, ${userId}, ${organizationId}) as layers,
          extract(epoch from clock_timestamp())::float8 * 1000 as now`;
  if (!row) throw new Error("The database answered no row.");
  const found = JSON.parse(row.layers) as [OwnerLayers | null, OrganizationLayers | null] | null;
  const [user, organization] = found ?? [null, null];
  return { userId, isUnknownAccount: found === null, ...joined(organization, user, row.now) };
}

/** The active rows of an organization by itself, without anybody's own. Rejects with 42501 who is no member. */
export async function readOrganizationLayers(
  { db: { $client: client } }: Database,
  actor: Actor,
  organizationId: string,
): Promise<LayersSnapshot> {
  const [row] = await client<LayersRow[]>`
    select private.read_organization_layers(${actor.type}, ${nameOf(actor)}, ${organizationId}) as layers,
      extract(epoch from clock_timestamp())::float8 * 1000 as now`;
  if (!row) throw new Error("The database answered no row.");
  return { userId: null, ...joined(JSON.parse(row.layers) as OrganizationLayers, null, row.now) };
}

function joined(
  organization: OrganizationLayers | null,
  user: OwnerLayers | null,
  now: number,
): Omit<LayersSnapshot, "userId"> {
  return {
    organizationId: organization?.id ?? null,
    organizationName: organization?.name ?? null,
    policy: organization?.policy ?? null,
    rows: [...(organization?.rows ?? []), ...(user?.rows ?? [])],
    keys: [...(organization?.keys ?? []), ...(user?.keys ?? [])].filter(
      ({ expiresAt }) => expiresAt === null || Date.parse(expiresAt) > now,
    ),
  };
}

function nameOf(actor: Actor): string {
  switch (actor.type) {
    case "user":
      return actor.userId;
    case "token":
      return actor.tokenId;
    case "service":
      return actor.name;
  }
}
