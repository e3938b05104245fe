import { sql } from "drizzle-orm";

import type { Actor, Database, Db } from "./client.ts";

const ROLES = {
  user: "authenticated",
  token: "ai_config_token",
  service: "ai_config_service",
} as const satisfies Record<Actor["type"], string>;

declare const scoped: unique symbol;

/** A transaction that row security limits to one actor. Only `asActor` makes one, and it does not nest. */
export type ActorDb = Omit<Db, "$client"> & { readonly [scoped]: true };

export interface AsActorOptions {
  /** Why the change is made; the audit keeps it. */
  reason?: string | undefined;
}

/**
 * Gives the rest of the transaction a service's rights, still in the name of the actor: for writes that users may
 * ask for and not do by themselves. Whoever calls it has checked before that the actor may.
 */
export async function withServiceRights(tx: ActorDb): Promise<void> {
  await tx.execute(sql`select set_config('role', 'ai_config_service', true)`);
}

/**
 * Runs `work` in one transaction as `actor`: the only way to the tables. Role and claims end with the
 * transaction, so a pooled connection carries nothing to its next user.
 */
export function asActor<T>(
  database: Database,
  actor: Actor,
  work: (tx: ActorDb) => Promise<T>,
  options: AsActorOptions = {},
): Promise<T> {
  const role = ROLES[actor.type];
  const claims = actor.type === "user" ? JSON.stringify({ sub: actor.userId, role }) : "";
  return database.db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('request.jwt.claims', ${claims}, true),
      set_config('app.actor_name', ${actor.type === "user" ? "" : actor.name}, true),
      set_config('app.token_id', ${actor.type === "token" ? actor.tokenId : ""}, true),
      set_config('app.request_id', ${actor.requestId ?? ""}, true),
      set_config('app.reason', ${options.reason ?? ""}, true),
      set_config('app.via', ${actor.via ?? "service"}, true),
      set_config('role', ${role}, true)`);
    return work(tx as unknown as ActorDb);
  });
}
