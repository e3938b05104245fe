import { readFileSync } from "node:fs";
import { join } from "node:path";

import { sql } from "drizzle-orm";

import { asActor } from "./as-actor.ts";
import type { Database } from "./client.ts";
import { migrationsFolder } from "./migrations-folder.ts";
import { sqlStateOf } from "./sql-state.ts";

/** No such table, schema, function or role; or none that the service may see: there was no migration yet. */
const NEVER_MIGRATED = new Set(["42P01", "3F000", "42883", "42704", "22023", "42501"]);

/** How many migrations a database has, and how many this version of the program brings. */
export async function readSchemaVersion(database: Database): Promise<{ applied: number; known: number }> {
  const known = knownMigrations();
  try {
    const [row] = await asActor(database, { type: "service", name: "start" }, (tx) =>
      tx.execute<{ applied: number }>(sql`select count(*)::int as applied from drizzle.__drizzle_migrations`),
    );
    return { applied: row?.applied ?? 0, known };
  } catch (error) {
    if (NEVER_MIGRATED.has(sqlStateOf(error) ?? "")) return { applied: 0, known };
    throw error;
  }
}

function knownMigrations(): number {
  const journal = JSON.parse(readFileSync(join(migrationsFolder, "meta/_journal.json"), "utf8")) as {
    entries: unknown[];
  };
  return journal.entries.length;
}
