import type { TokenAction } from "@ai-config/config-core";
import type { PostgresJsDatabase } from "drizzle-orm/postgres-js";
import type { Sql } from "postgres";

/** The driver's client; 64-bit integers arrive as bigint, so no digit is ever lost. */
export type SqlClient = Sql<{ bigint: bigint }>;

/** Drizzle on the pool, or one of its transactions. It limits nothing: go through `asActor`. */
export type Db = PostgresJsDatabase<Record<string, never>>;

/** Who asks: a signed-in user, a sibling app by its token, or a service of ours; and through what, for the audit. */
export type Actor =
  | { type: "user"; userId: string; requestId?: string; via?: string }
  | TokenActor
  | { type: "service"; name: string; requestId?: string; via?: string };

/** What it may do is read from the database in every statement; `actions` only saves asking in vain. */
export interface TokenActor {
  type: "token";
  tokenId: string;
  /** The one organization it is for. */
  organizationId: string;
  /** For the audit. */
  name: string;
  actions: readonly TokenAction[];
  requestId?: string;
  via?: string;
}

export interface Listener {
  close(): Promise<void>;
}

/** One pool of connections, and what else a process needs from its database. */
export interface Database {
  readonly db: Db & { readonly $client: SqlClient };
  /**
   * Hears a channel on a connection of its own. `onReady` is called each time listening begins, also after an
   * interruption: what was announced in between is lost, so whoever caches must forget then.
   * `onLost` is called when listening ends without being closed.
   */
  listen(
    channel: string,
    onMessage: (payload: string) => void,
    onReady: () => void,
    onLost?: () => void,
  ): Promise<Listener>;
  /** Rejects when the database does not answer soon. Uses a connection of its own, so a busy pool is no failure. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
