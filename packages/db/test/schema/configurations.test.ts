import { createHash, randomUUID } from "node:crypto";

import { expect, test } from "vitest";

import { aiConfigurations, asActor, eq, sql, sqlStateOf } from "../../src/index.ts";
import { createTestDatabase, type TestDatabase } from "../../src/testing/index.ts";
import { asUser, refuses, run, worker } from "./refusals.ts";

const insertFor = (userId: string, name = "default") =>
  `insert into public.ai_configurations (user_id, config_name) values ('${userId}', '${name}')`;

async function organizationOf(test: TestDatabase) {
  const [owner, admin, member, viewer, stranger] = (await Promise.all(
    Array.from({ length: 5 }, () => test.createUser()),
  )) as [string, string, string, string, string];
  const id = await test.createOrganization({ ownerId: owner });
  await test.addMember(id, admin, "admin");
  await test.addMember(id, member, "member");
  await test.addMember(id, viewer, "viewer");
  return { id, owner, admin, member, viewer, stranger };
}

test("T5: a user sees, changes and removes nothing of another user", async () => {
  await using test = await createTestDatabase();
  const [user, other] = [await test.createUser(), await test.createUser()];
  await run(test, asUser(other), insertFor(other));
  expect(await run(test, asUser(user), "select from public.ai_configurations")).toEqual([]);
  expect(
    await run(test, asUser(user), "update public.ai_configurations set priority = 1 returning id"),
  ).toEqual([]);
  expect(await run(test, asUser(user), "delete from public.ai_configurations returning id")).toEqual([]);
  await refuses(() => run(test, asUser(user), insertFor(other, "planted")), "42501");
});

test("E14: a connection without an actor reaches nothing", async () => {
  await using test = await createTestDatabase();
  for (const table of [
    "ai_configurations",
    "ai_configuration_audit",
    "organizations",
    "organization_members",
  ]) {
    await refuses(async () => test.database.db.$client.unsafe(`select from public.${table}`), "42501");
  }
});

test("S8, S8b: a row is never given away, neither to a user nor into an organization", async () => {
  await using test = await createTestDatabase();
  const { id, owner, stranger } = await organizationOf(test);
  await run(test, asUser(owner), insertFor(owner));
  for (const change of [`user_id = '${stranger}'`, `user_id = null, organization_id = '${id}'`]) {
    const statement = `update public.ai_configurations set ${change}`;
    await refuses(() => run(test, asUser(owner), statement), "42501");
    await refuses(() => run(test, worker, statement), "42501");
    await refuses(async () => test.owner.unsafe(statement), "42501");
  }
});

test("S9, S19, T9: origin, version and times are the database's, whatever a client sends", async () => {
  await using test = await createTestDatabase();
  const [user, other] = [await test.createUser(), await test.createUser()];
  const id = randomUUID();
  const [row] = await asActor(test.database, asUser(user), (tx) =>
    tx
      .insert(aiConfigurations)
      .values({
        id,
        userId: user,
        version: 99,
        createdBy: other,
        updatedBy: other,
        createdAt: new Date(0),
        updatedAt: new Date(0),
      })
      .returning(),
  );
  expect(row).toMatchObject({ version: 1, createdBy: user, updatedBy: user });
  expect(row?.id).not.toBe(id);
  expect(row?.createdAt.getTime()).toBeGreaterThan(Date.now() - 60_000);
  const [changed] = await asActor(test.database, asUser(user), (tx) =>
    tx.update(aiConfigurations).set({ priority: 7 }).where(eq(aiConfigurations.userId, user)).returning(),
  );
  expect(changed?.version).toBe(2);
  expect(changed?.updatedAt.getTime()).toBeGreaterThanOrEqual(row?.updatedAt.getTime() ?? Infinity);
  for (const column of ["version = 1", "created_by = null", "updated_at = now()", "id = gen_random_uuid()"]) {
    await refuses(() => run(test, asUser(user), `update public.ai_configurations set ${column}`), "42501");
  }
});

test("S10, S24: names are unique per owner whatever their case, short and plain", async () => {
  await using test = await createTestDatabase();
  const { id, owner } = await organizationOf(test);
  const insertForOrganization = (name: string) =>
    `insert into public.ai_configurations (organization_id, config_name) values ('${id}', '${name}')`;
  await run(test, asUser(owner), insertFor(owner, "Main"));
  await run(test, asUser(owner), insertForOrganization("Main"));
  await refuses(() => run(test, asUser(owner), insertFor(owner, "mAIN")), "23505");
  await refuses(() => run(test, asUser(owner), insertForOrganization("main")), "23505");
  for (const name of ["", " a", "-a", "a\n", "é", "ａ", "a".repeat(65), "a".repeat(20_000), "a/b"]) {
    await refuses(() => run(test, asUser(owner), insertFor(owner, name)), "23514");
  }
});

test("S22, S30: priority and activity are never null and priority is bounded; exactly one owner", async () => {
  await using test = await createTestDatabase();
  const { id, owner } = await organizationOf(test);
  await run(test, asUser(owner), insertFor(owner));
  await refuses(
    () => run(test, asUser(owner), "update public.ai_configurations set priority = null"),
    "23502",
  );
  await refuses(
    () => run(test, asUser(owner), "update public.ai_configurations set is_active = null"),
    "23502",
  );
  await refuses(
    () => run(test, asUser(owner), "update public.ai_configurations set priority = 2147483647"),
    "23514",
  );
  await refuses(
    () =>
      run(
        test,
        asUser(owner),
        `insert into public.ai_configurations (user_id, organization_id) values ('${owner}', '${id}')`,
      ),
    "23514",
  );
  await refuses(() => run(test, worker, "insert into public.ai_configurations default values"), "23514");
});

test("S14: owners and admins write an organization's rows, members and viewers read them, others see none", async () => {
  await using test = await createTestDatabase();
  const { id, owner, admin, member, viewer, stranger } = await organizationOf(test);
  const insert = `insert into public.ai_configurations (organization_id) values ('${id}')`;
  for (const user of [member, viewer, stranger])
    await refuses(() => run(test, asUser(user), insert), "42501");
  await run(test, asUser(admin), insert);
  const outcome = [];
  for (const user of [owner, admin, member, viewer, stranger]) {
    const read = await run(test, asUser(user), "select from public.ai_configurations");
    const written = await run(
      test,
      asUser(user),
      "update public.ai_configurations set is_active = not is_active returning id",
    );
    outcome.push([read.length, written.length]);
  }
  expect(outcome).toEqual([
    [1, 1],
    [1, 1],
    [1, 0],
    [1, 0],
    [0, 0],
  ]);
});

test("S12: no search path or temporary table of the caller gets in the way of a trigger", async () => {
  await using test = await createTestDatabase();
  const user = await test.createUser();
  await refuses(
    () => run(test, asUser(user), "create temporary table ai_configuration_audit (id int)"),
    "42501",
  );
  await refuses(() => run(test, asUser(user), "create table public.planted (id int)"), "42501");
  await run(test, asUser(user), `set local search_path = pg_temp; ${insertFor(user)}`);
  expect(await test.owner`select from public.ai_configuration_audit`).toHaveLength(1);
});

test("S13: rows are not truncated by anybody, and clients attach no triggers", async () => {
  await using test = await createTestDatabase();
  const user = await test.createUser();
  for (const table of [
    "public.ai_configurations",
    "public.organization_members",
    "private.ai_provider_keys",
  ]) {
    await refuses(() => run(test, asUser(user), `truncate ${table}`), "42501");
    await refuses(async () => test.owner.unsafe(`truncate ${table} cascade`), "42501");
  }
  await refuses(
    () =>
      run(
        test,
        asUser(user),
        "create trigger t after insert on public.ai_configurations execute function private.refuse_truncate()",
      ),
    "42501",
  );
});

test("S23: two patches of different fields at once both survive", async () => {
  await using test = await createTestDatabase();
  const user = await test.createUser();
  await run(test, asUser(user), insertFor(user));
  const patch = (text: string) =>
    asActor(test.database, asUser(user), (tx) =>
      tx.execute(
        sql`update public.ai_configurations set configuration = private.merge_patch(configuration, ${text}::text::jsonb)`,
      ),
    );
  await Promise.all([patch('{"model":{"temperature":0.5}}'), patch('{"model":{"topP":0.5}}')]);
  expect(await test.owner`select configuration, version from public.ai_configurations`).toEqual([
    { configuration: { model: { temperature: 0.5, topP: 0.5 } }, version: 3 },
  ]);
});

test("T7: a role claimed by the user's token changes nothing", async () => {
  await using test = await createTestDatabase();
  const [user, other] = [await test.createUser(), await test.createUser()];
  await run(test, asUser(other), insertFor(other));
  const claims = JSON.stringify({ sub: user, role: "service_role", org_role: "owner" });
  const rows = await asActor(test.database, asUser(user), async (tx) => {
    await tx.execute(sql`select set_config('request.jwt.claims', ${claims}, true)`);
    return tx.execute(sql`select from public.ai_configurations`);
  });
  expect([...rows]).toEqual([]);
});

test("S28: a change announces only whose it is, to who knows the id, and nothing is announced when nothing changed", async () => {
  await using test = await createTestDatabase();
  const user = await test.createUser();
  const heard: string[] = [];
  const listener = await test.database.listen(
    "ai_config_changed",
    (payload) => heard.push(payload),
    () => {},
  );
  await run(test, asUser(user), insertFor(user));
  await run(test, asUser(user), "update public.ai_configurations set priority = 0");
  await run(test, asUser(user), "delete from public.ai_configurations");
  await expect
    .poll(() => heard.map((payload) => JSON.parse(payload)))
    .toEqual(Array(2).fill({ t: "user", h: createHash("sha256").update(user).digest("hex").slice(0, 32) }));
  expect(heard.join()).not.toContain(user);
  await listener.close();
});

test("an owner has a hundred configurations at most, also when many are made at once", async () => {
  await using test = await createTestDatabase();
  const user = await test.createUser();
  await test.owner`insert into public.ai_configurations (user_id, config_name)
    select ${user}, 'row ' || n from generate_series(1, 97) as n`;
  const attempts = Array.from({ length: 6 }, (_, index) =>
    run(
      test,
      asUser(user),
      `insert into public.ai_configurations (user_id, config_name) values ('${user}', 'new ${index}')`,
    ).then(
      () => "made",
      (error: unknown) => sqlStateOf(error),
    ),
  );
  expect((await Promise.all(attempts)).sort()).toEqual(["54000", "54000", "54000", "made", "made", "made"]);
});
