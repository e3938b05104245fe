import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import postgres from "postgres";

import { migrate } from "../migrate.ts";
import { migrationsFolder } from "../migrations-folder.ts";

/** A database that tests copy, named after the migrations that made it: unchanged ones cost nothing. */
export async function ensureTemplateDatabase(adminUrl: string, appPassword: string): Promise<string> {
  const template = `ai_config_template_${hashOfMigrations()}`;
  const admin = postgres(adminUrl, { max: 1, onnotice: () => {} });
  try {
    const [existing] = await admin`select 1 from pg_database where datname = ${template}`;
    if (existing) return template;
    const unfinished = `${template}_${process.pid}_${Date.now()}`;
    await admin`create database ${admin(unfinished)} template template0`;
    try {
      await migrate({ url: databaseUrl(adminUrl, unfinished), appPassword });
      await admin`alter database ${admin(unfinished)} rename to ${admin(template)}`;
    } catch (error) {
      await admin`drop database ${admin(unfinished)} with (force)`;
      // Another run finished the same template first.
      const [finished] = await admin`select 1 from pg_database where datname = ${template}`;
      if (!finished) throw error;
    }
    return template;
  } finally {
    await admin.end();
  }
}

/** The same server, login and settings, another database. */
export function databaseUrl(url: string, database: string): string {
  const address = new URL(url);
  address.pathname = `/${database}`;
  return address.href;
}

function hashOfMigrations(): string {
  const hash = createHash("sha256");
  if (existsSync(migrationsFolder)) {
    for (const name of readdirSync(migrationsFolder, { recursive: true, encoding: "utf8" }).sort()) {
      if (/\.(sql|json)$/.test(name)) hash.update(name).update(readFileSync(join(migrationsFolder, name)));
    }
  }
  return hash.digest("hex").slice(0, 16);
}
