import { randomUUID } from "node:crypto";

import { expect, test } from "vitest";

import { asActor, sql } from "../../src/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { asUser, auditOf, refuses, run, runOnBehalf, worker } from "./refusals.ts";

const nobody = "00000000-0000-0000-0000-000000000000";

test("S1, S2, S3, S4: insert, update and delete are audited, and the history stays whole", async () => {
  await using test = await createTestDatabase();
  const userId = await test.createUser();
  const actor = { ...asUser(userId), requestId: "request-1" };
  await asActor(
    test.database,
    actor,
    async (tx) => {
      await tx.execute(
        sql`insert into public.ai_configurations (user_id, configuration) values (${userId}, '{"model":{"topP":0.5}}')`,
      );
      await tx.execute(sql`update public.ai_configurations set configuration = '{}'`);
      await tx.execute(sql`delete from public.ai_configurations`);
    },
    { reason: "tidying up" },
  );
  const entries = await auditOf(test.owner);
  expect(entries.map((entry) => [entry.action, entry.version])).toEqual([
    ["insert", 1],
    ["update", 2],
    ["delete", 2],
  ]);
  expect(new Set(entries.map((entry) => entry.config_id)).size).toBe(1);
  for (const entry of entries) {
    expect(entry).toMatchObject({
      subject: "configuration",
      user_id: userId,
      organization_id: null,
      config_name: "default",
      actor_type: "user",
      changed_by: userId,
      reason: "tidying up",
      request_id: "request-1",
    });
  }
  expect(entries[1]).toMatchObject({
    old_value: { configuration: { model: { topP: 0.5 } }, isActive: true, priority: 0 },
    new_value: { configuration: {} },
  });
});

test("S5: changes by a service and by nobody signed in are audited under their names", async () => {
  await using test = await createTestDatabase();
  const userId = await test.createUser();
  await run(test, worker, `insert into public.ai_configurations (user_id) values ('${userId}')`);
  await test.owner`update public.ai_configurations set priority = 3`;
  expect(await auditOf(test.owner)).toMatchObject([
    { actor_type: "service", actor_name: "worker", changed_by: nobody },
    {
      actor_type: "system",
      actor_name: (await test.owner`select session_user as name`)[0]?.name,
      changed_by: nobody,
    },
  ]);
});

test("S6, S29: deleting an account takes its rows and keys, keeps what it wrote for others, and leaves the audit", async () => {
  await using test = await createTestDatabase();
  const [admin, user] = [await test.createUser(), await test.createUser()];
  const organizationId = await test.createOrganization({ ownerId: user });
  await test.addMember(organizationId, admin, "admin");
  await run(test, asUser(user), `insert into public.ai_configurations (user_id) values ('${user}')`);
  await run(
    test,
    asUser(user),
    `insert into public.ai_configurations (organization_id) values ('${organizationId}')`,
  );
  await insertKey(test, user);
  await test.owner`delete from auth.users where id = ${user}`;
  expect(
    await test.owner`select user_id, organization_id, created_by, updated_by, version from public.ai_configurations`,
  ).toEqual([
    { user_id: null, organization_id: organizationId, created_by: null, updated_by: null, version: 1 },
  ]);
  expect(await test.owner`select id from private.ai_provider_keys`).toEqual([]);
  expect(
    (await auditOf(test.owner, ["configuration", "key"]))
      .map((entry) => `${entry.subject} ${entry.action}`)
      .sort(),
  ).toEqual([
    "configuration delete",
    "configuration insert",
    "configuration insert",
    "key delete",
    "key insert",
  ]);
});

test("deleting an organization takes its rows and leaves the audit", async () => {
  await using test = await createTestDatabase();
  const user = await test.createUser();
  const organizationId = await test.createOrganization({ ownerId: user });
  await run(
    test,
    asUser(user),
    `insert into public.ai_configurations (organization_id) values ('${organizationId}')`,
  );
  await run(test, asUser(user), `delete from public.organizations where id = '${organizationId}'`);
  expect(await test.owner`select from public.ai_configurations`).toHaveLength(0);
  expect((await auditOf(test.owner, ["configuration"])).map((entry) => entry.action)).toEqual([
    "insert",
    "delete",
  ]);
});

test("S7: the audit of a key knows its slot, hint and state, never the sealed key or its fingerprint", async () => {
  await using test = await createTestDatabase();
  const user = await test.createUser();
  await insertKey(test, user);
  await runOnBehalf(
    test,
    asUser(user),
    "update private.ai_provider_keys set status = 'revoked', sealed = 'e30..CANARY.e30.e30'",
  );
  await run(
    test,
    worker,
    "update private.ai_provider_keys set sealed = 'e30..CANARY2.e30.e30', last_used_at = now()",
  );
  const entries = await auditOf(test.owner);
  expect(entries.map((entry) => entry.action)).toEqual(["insert", "update"]);
  expect(entries[1]).toMatchObject({
    subject: "key",
    changed_by: user,
    version: 1,
    new_value: { slot: "primary", hint: "sk-ant-…x7Qp", status: "revoked", keyVersion: 1, verified: false },
  });
  const text = JSON.stringify(entries, (_, value) => (typeof value === "bigint" ? String(value) : value));
  expect(text).not.toMatch(/CANARY|fingerprintfingerprint/);
});

test("S7: a key in the words around a change is not kept, whoever says them", async () => {
  await using test = await createTestDatabase();
  const userId = await test.createUser();
  for (const secret of ["sk-ant-api03-CANARYcanary", `aics_${"C".repeat(43)}`]) {
    await test.owner.begin(async (tx) => {
      for (const name of ["reason", "request_id", "actor_name", "via"])
        await tx`select set_config(${`app.${name}`}, ${`with ${secret}, please`}, true)`;
      await tx`insert into public.ai_configurations (user_id, config_name) values (${userId}, ${secret.slice(0, 4)})`;
    });
    const entry = (await auditOf(test.owner)).at(-1);
    expect(entry).toMatchObject({ reason: "with [secret], please", actor_name: "with [secret], please" });
    expect(JSON.stringify({ ...entry, id: 0, seq: 0 })).not.toContain(secret);
  }
});

/** Said by another column, or of no interest to anybody who asks what was changed. */
const UNTOLD = new Set([
  "created_at",
  "updated_at",
  "updated_by",
  "last_used_at",
  // A trigger says what it is.
  "version",
  // An account that is deleted takes its name off what it made.
  "created_by",
  "accepted_by",
  // The sign-up that uses a link just now.
  "claim",
  "claimed_until",
  // Which organization applies where none is named: the person's own choice.
  "is_default",
  // What is sealed anew under another master key is the same key.
  "sealed",
  "kek_id",
  "fingerprint",
]);
const OTHER_VALUES: Record<string, string> = {
  text: "'other'",
  "text[]": "'{audit:read}'",
  jsonb: `'{"costBudget":{"dailyBudget":1}}'`,
  boolean: "false",
  integer: "7",
  bytea: `'\\x${"07".repeat(32)}'`,
  uuid: "gen_random_uuid()",
  "timestamp with time zone": "now() + interval '2 hours'",
};
const FITTING_VALUES: Record<string, string> = {
  role: "'viewer'",
  email: "'other@example.com'",
  hint: "case when hint like 'aics%' then 'aics_…aaaa' else 'sk-ant-…aaaa' end",
  token_hash: "case when pg_typeof(token_hash)::text = 'text' then repeat('b', 64) end",
  policy: `'{"pool":{"dailyBudget":1}}'`,
  slot: "'secondary'",
  status: "'grace'",
};

test("whatever the owner of the database changes by hand, in whichever column, is in the audit or refused", async () => {
  await using test = await createTestDatabase();
  const { owner } = test;
  const [dana, kim] = [await test.createUser(), await test.createUser()];
  const acme = await test.createOrganization({ ownerId: dana });
  await test.addMember(acme, kim, "member");
  await owner`insert into public.ai_configurations (organization_id) values (${acme})`;
  await owner`insert into public.organization_policies (organization_id) values (${acme})`;
  await owner`insert into public.organization_invitations (organization_id, role, token_hash, expires_at)
    values (${acme}, 'member', ${"a".repeat(64)}, now() + interval '1 day')`;
  await owner`insert into public.service_tokens (organization_id, name, token_hash, hint, actions, expires_at)
    values (${acme}, 'worker', sha256('a'), 'aics_…x7Qp', '{effective:read}', now() + interval '1 day')`;
  await owner`insert into private.ai_provider_keys (organization_id, slot, sealed, kek_id, fingerprint, hint)
    values (${acme}, 'primary', 'a.b.c.d.e', 'kek', ${"f".repeat(32)}, 'sk-ant-…x7Qp')`;
  const columns = await owner<{ name: string; column: string; type: string }[]>`
    select distinct c.oid::regclass::text as name, a.attname as column, format_type(a.atttypid, null) as type
    from pg_trigger t join pg_class c on c.oid = t.tgrelid
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where t.tgfoid::regproc::text like 'private.audit%' order by 1, 2`;
  expect(new Set(columns.map(({ name }) => name)).size).toBe(7);
  const untold: string[] = [];
  for (const { name, column, type } of columns.filter(({ column }) => !UNTOLD.has(column))) {
    const value =
      name === "service_tokens" && column === "token_hash"
        ? OTHER_VALUES.bytea
        : (FITTING_VALUES[column] ?? OTHER_VALUES[type]);
    const outcome = await owner
      .begin(async (tx) => {
        const count = async () =>
          (await tx`select count(*)::int as n from public.ai_configuration_audit`)[0]?.n;
        const before = await count();
        const changed = await tx.unsafe(
          `update ${name} set ${column} = ${value} where to_jsonb(${name}.*)::text not like '%"role": "owner"%' returning 1`,
        );
        expect([name, column, changed.length]).toEqual([name, column, 1]);
        throw new Error((await count()) > before ? "told" : "untold");
      })
      .catch((error: Error & { code?: string }) =>
        /^(23|42501)/.test(error.code ?? "") ? "refused" : error.message,
      );
    if (!["told", "refused"].includes(outcome)) untold.push(`${name}.${column}: ${outcome}`);
  }
  expect(untold).toEqual([]);
});

test("a user can neither store nor change a key by a statement of their own, only see and remove it", async () => {
  await using test = await createTestDatabase();
  const user = await test.createUser();
  await insertKey(test, user);
  for (const statement of [
    "update private.ai_provider_keys set key_version = 2147483647",
    "update private.ai_provider_keys set verified_at = now()",
    "update private.ai_provider_keys set status = 'active', expires_at = '2999-01-01'",
    `insert into private.ai_provider_keys (user_id, slot, sealed, kek_id, fingerprint, hint)
      values ('${user}', 'secondary', 'a.b.c.d.e', 'unknown', '0123456789abcdef', 'sk-ant-…ABCD')`,
  ]) {
    await refuses(() => run(test, asUser(user), statement), "42501");
  }
  expect(await run(test, asUser(user), "select hint from private.ai_provider_keys")).toHaveLength(1);
  await run(test, asUser(user), "delete from private.ai_provider_keys");
  expect(await test.owner`select from private.ai_provider_keys`).toHaveLength(0);
});

test("a change that changes nothing is neither counted nor audited", async () => {
  await using test = await createTestDatabase();
  const user = await test.createUser();
  await run(test, asUser(user), `insert into public.ai_configurations (user_id) values ('${user}')`);
  const rows = await run(
    test,
    asUser(user),
    "update public.ai_configurations set configuration = '{}', priority = 0 returning version",
  );
  expect(rows).toEqual([{ version: 1 }]);
  expect(await auditOf(test.owner)).toHaveLength(1);
});

test("T69: nobody alters, forges or empties the audit, its owner included", async () => {
  await using test = await createTestDatabase();
  const user = await test.createUser();
  await run(test, asUser(user), `insert into public.ai_configurations (user_id) values ('${user}')`);
  for (const actor of [asUser(user), worker]) {
    for (const statement of [
      "delete from public.ai_configuration_audit",
      "update public.ai_configuration_audit set reason = 'x'",
      "truncate public.ai_configuration_audit",
      `insert into public.ai_configuration_audit (subject, config_id, action, actor_type, changed_by)
        values ('key', '${randomUUID()}', 'insert', 'user', '${user}')`,
    ]) {
      await refuses(() => run(test, actor, statement), "42501");
    }
  }
  await refuses(() => test.owner`delete from public.ai_configuration_audit`, "42501");
  await refuses(() => test.owner`truncate public.ai_configuration_audit`, "42501");
  expect(await auditOf(test.owner)).toHaveLength(1);
});

test("the audit of an organization is for its owners and admins, that of a user for them alone", async () => {
  await using test = await createTestDatabase();
  const [owner, admin, member, viewer, stranger] = (await Promise.all(
    Array.from({ length: 5 }, () => test.createUser()),
  )) as [string, string, string, string, string];
  const organizationId = await test.createOrganization({ ownerId: owner });
  await test.addMember(organizationId, admin, "admin");
  await test.addMember(organizationId, member, "member");
  await test.addMember(organizationId, viewer, "viewer");
  await run(
    test,
    asUser(owner),
    `insert into public.ai_configurations (organization_id) values ('${organizationId}')`,
  );
  await run(test, asUser(owner), `insert into public.ai_configurations (user_id) values ('${owner}')`);
  const seen = [];
  for (const user of [owner, admin, member, viewer, stranger]) {
    seen.push(
      (
        await run(
          test,
          asUser(user),
          "select id from public.ai_configuration_audit where subject = 'configuration'",
        )
      ).length,
    );
  }
  expect(seen).toEqual([2, 1, 0, 0, 0]);
});

function insertKey(test: Parameters<typeof run>[0], userId: string) {
  return runOnBehalf(
    test,
    asUser(userId),
    `insert into private.ai_provider_keys (user_id, slot, sealed, kek_id, fingerprint, hint)
      values ('${userId}', 'primary', 'e30..e30.e30.e30', 'kek', 'fingerprintfingerprint', 'sk-ant-…x7Qp')`,
  );
}
