import { AIConfigError } from "@ai-config/config-core";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";

import { ensureApplicationRole, grantMemberships, restrictDatabase } from "./application-role.ts";
import type { SqlClient } from "./client.ts";
import { commonOptions, readAddress } from "./connection-options.ts";
import { migrationsFolder } from "./migrations-folder.ts";

export interface MigrateOptions {
  /** A direct connection as the owner of the schema. */
  url: string;
  /** The password for the login that serves requests; without it that login is left alone. */
  appPassword?: string | undefined;
  log?: (line: string) => void;
}

/** Any number will do, as long as every version of this program waits for the same one. */
const advisoryLock = 4_873_216_501;

/** Of the ledger. What a later start does not add in time goes to the default partition, and nothing is refused. */
const MONTHS_AHEAD = 26;

/**
 * Brings the database to the newest schema. Safe to repeat, and safe while another process does the same:
 * the second waits, then finds nothing left to do.
 */
export async function migrate({
  url,
  appPassword,
  log = () => {},
}: MigrateOptions): Promise<{ applied: number }> {
  const address = readAddress(url);
  if (address.isPooled) {
    throw new AIConfigError("INPUT_INVALID", {
      message:
        "Migrations need a direct connection, not a transaction pooler. Set MIGRATION_DATABASE_URL to one.",
    });
  }
  const client: SqlClient = postgres(address.url, {
    ...commonOptions("ai-config migrations"),
    // The lock belongs to this one session, which therefore must not be replaced.
    max: 1,
    max_lifetime: null,
    fetch_types: false,
  });
  try {
    await requireVersion(client);
    await client`select pg_advisory_lock(${advisoryLock}::bigint)`;
    const applied = await applyPending(client);
    if (applied > 0) log(`Applied ${applied} database ${applied === 1 ? "migration" : "migrations"}.`);
    await client`select private.make_usage_partitions(now() - interval '1 month', ${MONTHS_AHEAD})`;
    await restrictDatabase(client);
    if (appPassword === undefined) await grantMemberships(client);
    else await ensureApplicationRole(client, appPassword);
    return { applied };
  } finally {
    // Ending the session gives the lock back.
    await client.end({ timeout: 5 });
  }
}

async function requireVersion(client: SqlClient): Promise<void> {
  const [server] = await client<{ number: number; name: string }[]>`
    select current_setting('server_version_num')::int as number, current_setting('server_version') as name`;
  if ((server?.number ?? 0) < 150_000) {
    throw new Error(`AI Config needs PostgreSQL 15 or later; this server is ${server?.name}.`);
  }
}

async function applyPending(client: SqlClient): Promise<number> {
  const before = await countApplied(client);
  try {
    await applyMigrations(drizzle({ client }), { migrationsFolder });
  } catch (error) {
    // Drizzle's message is the whole statement; what PostgreSQL says is the useful part.
    throw error instanceof Error && error.cause instanceof Error ? error.cause : error;
  }
  return (await countApplied(client)) - before;
}

async function countApplied(client: SqlClient): Promise<number> {
  const [table] = await client<{ name: string | null }[]>`
    select to_regclass('drizzle.__drizzle_migrations')::text as name`;
  if (!table?.name) return 0;
  const [count] = await client<{ number: number }[]>`
    select count(*)::int as number from drizzle.__drizzle_migrations`;
  return count?.number ?? 0;
}
