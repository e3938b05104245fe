import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createTestDatabase, type TestDatabase } from "../../src/testing/index.ts";
import { asUser, refuses, run } from "./refusals.ts";

/** Written by functions alone, and what is in them stays as it was. */
const RECORDS = ["public.ai_usage_events", "public.budget_alerts"];
/** What functions alone count with. */
const COUNTERS = ["private.admission_scopes", "private.admission_leases", "private.budget_windows"];
/** Everything the application or a client can be. */
const ROLES = [
  "anon",
  "authenticated",
  "service_role",
  "ai_config_app",
  "ai_config_service",
  "ai_config_identity",
  "ai_config_token",
];

let db: TestDatabase;
const ids = { owner: "", admin: "", member: "", viewer: "", stranger: "", acme: "" };

beforeAll(async () => {
  db = await createTestDatabase();
  for (const name of ["owner", "admin", "member", "viewer", "stranger"] as const)
    ids[name] = await db.createUser();
  ids.acme = await db.createOrganization({ ownerId: ids.owner });
  for (const role of ["admin", "member", "viewer"] as const) await db.addMember(ids.acme, ids[role], role);
  await db.createOrganization({ ownerId: ids.stranger });
  await addCall(ids.member, ids.acme);
  await addCall(ids.member, null);
  await addCall(ids.admin, ids.acme);
  await addAlert("organization_id", ids.acme);
  await addAlert("user_id", ids.member);
});
afterAll(() => db?.[Symbol.asyncDispose]());

async function addCall(userId: string, organizationId: string | null): Promise<void> {
  await db.owner`
    insert into public.ai_usage_events (id, user_id, organization_id, model_asked, api_version, key_slot, started_at, settled_at,
      duration_ms, attempts, outcome, is_stream, input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens,
      cache_write_1h_tokens, web_searches, cost, cost_basis)
    values (${randomUUID()}, ${userId}, ${organizationId}, 'claude', '2023-06-01', 'primary', now(), now(),
      1, 1, 'success', false, 1, 1, 0, 0, 0, 0, 0.1, 'exact')`;
}

async function addAlert(column: "user_id" | "organization_id", id: string): Promise<void> {
  await db.owner`
    insert into public.budget_alerts (${db.owner(column)}, period, threshold, limit_usd, spent, starts_at, resets_at)
    values (${id}, 'daily', 0.5, 1, 0.5, now(), now() + interval '1 day')`;
}

/** One statement as a role, in the name of somebody who may read most. */
function runAs(role: string, statement: string): Promise<unknown> {
  return db.owner.begin(async (tx) => {
    await tx`select set_config('request.jwt.claims', ${JSON.stringify({ sub: ids.owner, role })}, true)`;
    await tx.unsafe(`set local role ${role}`);
    await tx.unsafe(statement);
  });
}

function changesOf(table: string): string[] {
  const column = table.startsWith("public.") ? "user_id" : "scope";
  return [
    `insert into ${table} default values`,
    `insert into ${table} (${column}) values (null)`,
    `update ${table} set ${column} = ${column}`,
    `delete from ${table}`,
    `truncate ${table}`,
  ];
}

test("the roles are all that the application and its clients can be", async () => {
  const roles = await db.owner<{ name: string }[]>`
    select rolname as name from pg_roles
    where rolname like 'ai\\_config\\_%' or rolname in ('anon', 'authenticated', 'service_role')`;
  expect(roles.map(({ name }) => name).toSorted()).toEqual(ROLES.toSorted());
});

describe.each(ROLES)("%s", (role) => {
  test.each([...RECORDS, ...COUNTERS])(
    "writes, changes, deletes and empties nothing of %s",
    async (table) => {
      for (const statement of changesOf(table)) await refuses(() => runAs(role, statement), "42501");
    },
  );
});

test.each(RECORDS)("even the database's owner changes nothing of %s", async (table) => {
  const before = await db.owner.unsafe(`select * from ${table} order by id`);
  for (const change of [
    `update ${table} set spent_or_cost = 0`,
    `delete from ${table}`,
    `truncate ${table}`,
  ]) {
    const column = table === "public.ai_usage_events" ? "cost" : "spent";
    await refuses(() => db.owner.unsafe(change.replace("spent_or_cost", column)), "42501");
  }
  expect(await db.owner.unsafe(`select * from ${table} order by id`)).toEqual(before);
  expect(before.length).toBeGreaterThan(0);
});

test("forgetting somebody leaves no way to what a call cost", async () => {
  const forgetting = db.owner.begin(async (tx) => {
    await tx`select set_config('app.forgetting', 'on', true)`;
    await tx`update public.ai_usage_events set cost = 0`;
  });
  await expect(forgetting).rejects.toThrow();
  expect(await db.owner`select from public.ai_usage_events where cost = 0`).toHaveLength(0);
});

test("people read their own calls and alerts, and owners and admins those of their organization", async () => {
  const read = async (name: keyof typeof ids, table: string) =>
    (await run(db, asUser(ids[name]), `select user_id, organization_id from ${table}`)).length;
  const seen = async (name: keyof typeof ids) => [
    await read(name, "public.ai_usage_events"),
    await read(name, "public.budget_alerts"),
  ];
  expect({
    owner: await seen("owner"),
    admin: await seen("admin"),
    member: await seen("member"),
    viewer: await seen("viewer"),
    stranger: await seen("stranger"),
  }).toEqual({ owner: [2, 1], admin: [2, 1], member: [2, 1], viewer: [0, 0], stranger: [0, 0] });
});

test("what calls cost stays when the account and the organization are gone", async () => {
  const userId = await db.createUser();
  const organizationId = await db.createOrganization({ ownerId: userId });
  await addCall(userId, organizationId);
  await addAlert("organization_id", organizationId);
  await db.owner`delete from public.organizations where id = ${organizationId}`;
  await db.owner`delete from auth.users where id = ${userId}`;
  expect(
    await db.owner`select user_id, organization_id, cost::text from public.ai_usage_events where user_id = ${userId}`,
  ).toEqual([{ user_id: userId, organization_id: organizationId, cost: "0.1" }]);
  expect(
    await db.owner`select from public.budget_alerts where organization_id = ${organizationId}`,
  ).toHaveLength(1);
});

test("an alert is written once for its window, limit and threshold, however it was written before", async () => {
  const userId = await db.createUser();
  const alert = (threshold: string, limit: string, startMs: number) =>
    JSON.stringify([`user:${userId}`, "daily", threshold, limit, "0.6", startMs, startMs + 86_400_000]);
  const write = (...alerts: string[]) =>
    db.owner.unsafe("select private.write_alerts($1::text::jsonb)", [`[${alerts.join(",")}]`]);
  await write(alert("0.5", "1", 0), alert("0.5", "1.00", 0), alert("0.75", "1", 0));
  await write(alert("0.5", "1", 0), alert("0.5", "2", 0), alert("0.5", "1", 86_400_000));
  expect(await db.owner`select from public.budget_alerts where user_id = ${userId}`).toHaveLength(4);
});
