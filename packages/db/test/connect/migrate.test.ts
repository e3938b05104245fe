import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import { sql } from "drizzle-orm";
import postgres from "postgres";
import { expect, inject, test } from "vitest";

import { dumpSchema } from "../../scripts/schema-dump.ts";
import { checkApplicationRole } from "../../src/application-role.ts";
import { connect } from "../../src/connect.ts";
import { migrate } from "../../src/migrate.ts";
import { createTestDatabase } from "../../src/testing/index.ts";

/** An empty database, as a new installation finds it. */
async function createEmptyDatabase() {
  const { adminUrl, appPassword } = inject("testServer");
  const admin = postgres(adminUrl, { max: 1, onnotice: () => {} });
  const name = `empty_${randomBytes(8).toString("hex")}`;
  await admin`create database ${admin(name)} template template0`;
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    appPassword,
    [Symbol.asyncDispose]: async () => {
      await admin`drop database ${admin(name)} with (force)`;
      await admin.end();
    },
  };
}

test("two processes that migrate at once both succeed, and each migration is applied once", async () => {
  await using empty = await createEmptyDatabase();
  const runs = await Promise.all([migrate(empty), migrate(empty), migrate(empty)]);
  const applied = runs.map((run) => run.applied).sort((a, b) => a - b);
  expect(applied.slice(0, 2)).toEqual([0, 0]);
  expect(applied[2]).toBeGreaterThan(0);
  expect(await migrate(empty)).toEqual({ applied: 0 });
});

test("databases of one server may be migrated at once, although they share the login", async () => {
  const databases = await Promise.all([createEmptyDatabase(), createEmptyDatabase(), createEmptyDatabase()]);
  try {
    await Promise.all(databases.map((database) => migrate(database)));
  } finally {
    for (const database of databases) await database[Symbol.asyncDispose]();
  }
});

test("a migration that is killed half-way is made whole by the next one", async () => {
  await using empty = await createEmptyDatabase();
  const program = `
    import { migrate } from ${JSON.stringify(new URL("../../src/migrate.ts", import.meta.url).href)};
    await migrate({ url: process.env.DATABASE, appPassword: process.env.PASSWORD });`;
  let killed = 0;
  for (const delay of [0, 20, 60, 120, 200]) {
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
      env: { PATH: process.env.PATH, DATABASE: empty.url, PASSWORD: empty.appPassword },
      stdio: "ignore",
    });
    const ended = once(child, "exit");
    // From when it has the lock on, and a little later each time.
    await untilMigrating(empty.url);
    await sleep(delay);
    child.kill("SIGKILL");
    const [, signal] = await ended;
    if (signal === "SIGKILL") killed += 1;
  }
  expect(killed).toBeGreaterThan(2);
  await migrate(empty);
  expect(await migrate(empty)).toEqual({ applied: 0 });
  const owner = postgres(empty.url, { max: 1, onnotice: () => {} });
  expect(
    (await dumpSchema(owner)) === readFileSync(new URL("../../schema.sql", import.meta.url), "utf8"),
  ).toBe(true);
  await owner.end();
});

/** Resolves when somebody migrates the database, or has done so. */
async function untilMigrating(url: string): Promise<void> {
  const owner = postgres(url, { max: 1, onnotice: () => {} });
  try {
    for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(2)) {
      const [row] = await owner<{ busy: boolean }[]>`
        select exists (select from pg_stat_activity
          where application_name = 'ai-config migrations' and datname = current_database() and xact_start is not null)
          or to_regclass('public.organization_policies') is not null as busy`;
      if (row?.busy) return;
    }
    throw new Error("Nobody migrates.");
  } finally {
    await owner.end();
  }
}

test("migrating through a transaction pooler is refused with the way out", async () => {
  await expect(migrate({ url: "postgres://a:b@db.example.com:6543/app" })).rejects.toThrow(
    "MIGRATION_DATABASE_URL",
  );
});

test("the application's login is not privileged, and may put nothing of its own in the database", async () => {
  await using scratch = await createTestDatabase();
  expect(await checkApplicationRole(scratch.database)).toEqual({ privileged: false, reasons: [] });
  for (const statement of [
    "create temporary table t (id int)",
    "create table public.t (id int)",
    "create schema s",
  ]) {
    await expect(scratch.database.db.execute(sql.raw(statement)), statement).rejects.toMatchObject({
      cause: { code: "42501" },
    });
  }
  const [login] = await scratch.owner`
    select rolinherit, rolbypassrls, rolsuper, rolcreaterole, rolcreatedb,
      pg_has_role('ai_config_app', 'service_role', 'member') as is_service
    from pg_roles where rolname = 'ai_config_app'`;
  expect(Object.values(login ?? {})).toEqual([false, false, false, false, false, false]);
});

test("a login that could get around row security is called privileged, with every reason", async () => {
  await using scratch = await createTestDatabase();
  const { owner } = scratch;
  const superuser = connect({ url: scratch.ownerUrl });
  expect(await checkApplicationRole(superuser)).toMatchObject({ privileged: true });
  await superuser.close();

  const [login, bypasser, tableOwner] = ["login", "bypasser", "table_owner"].map(
    (name) => `${name}_${process.pid}`,
  );
  await owner.unsafe(`
    create role ${login} login password 'x' noinherit;
    create role ${bypasser} bypassrls; create role ${tableOwner};
    grant ${bypasser}, ${tableOwner} to ${login};
    create table public.owned (id int); alter table public.owned owner to ${tableOwner}`);
  const url = new URL(scratch.ownerUrl);
  url.username = login ?? "";
  url.password = "x";
  const indirect = connect({ url: url.href });
  try {
    const { privileged, reasons } = await checkApplicationRole(indirect);
    expect(privileged).toBe(true);
    expect(reasons).toEqual([
      `${bypasser} (through membership) bypasses row security`,
      `${tableOwner} (through membership) owns owned`,
    ]);
  } finally {
    await indirect.close();
    await owner.unsafe(
      `drop table public.owned; drop role ${login}; drop role ${bypasser}; drop role ${tableOwner}`,
    );
  }
});

test("a test database comes with people and organizations on demand, and vanishes", async () => {
  const scratch = await createTestDatabase();
  const [ownerId, memberId] = [await scratch.createUser("owner@example.com"), await scratch.createUser()];
  const organizationId = await scratch.createOrganization({ ownerId, name: "Acme" });
  await scratch.addMember(organizationId, memberId, "viewer");
  const members = await scratch.owner`
    select user_id, role from public.organization_members
    where organization_id = ${organizationId} order by role`;
  expect(members.map(({ user_id, role }) => [user_id, role])).toEqual([
    [ownerId, "owner"],
    [memberId, "viewer"],
  ]);
  await scratch[Symbol.asyncDispose]();
  const admin = postgres(inject("testServer").adminUrl, { max: 1 });
  const name = new URL(scratch.ownerUrl).pathname.slice(1);
  expect(await admin`select 1 from pg_database where datname = ${name}`).toHaveLength(0);
  await admin.end();
});
