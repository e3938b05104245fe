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
}

/** Everything stored that applies to one user or organization, weakest row first. */
export interface LayersSnapshot {
  userId: string | null;
  organizationId: string | null;
  organizationName: string | null;
  rows: StoredLayer[];
  keys: KeySummary[];
}

/**
 * The active rows of a user and of the organization in force: the named one, else the user's default. One
 * prepared statement becomes the actor, reads under row security, and ends.
 */
export async function readLayers(
  { db: { $client: client } }: Database,
  actor: Actor,
  { userId, organizationId = null }: { userId: string; organizationId?: string | null | undefined },
): Promise<LayersSnapshot & { userId: string }> {
  const [row] = await client<{ snapshot: LayersSnapshot & { userId: string } }[]>`
    select private.read_layers_as(${actor.type}, ${nameOf(actor)}, ${userId}, ${organizationId}) as snapshot`;
  if (!row) throw new Error("The database answered no row.");
  return row.snapshot;
}

/** The active rows of an organization by itself, without anybody's own. */
export async function readOrganizationLayers(
  { db: { $client: client } }: Database,
  actor: Actor,
  organizationId: string,
): Promise<LayersSnapshot> {
  const [row] = await client<{ snapshot: LayersSnapshot }[]>`
    select private.read_organization_layers_as(${actor.type}, ${nameOf(actor)}, ${organizationId}) as snapshot`;
  if (!row) throw new Error("The database answered no row.");
  return row.snapshot;
}

function nameOf(actor: Actor): string {
  return actor.type === "user" ? actor.userId : actor.name;
}
