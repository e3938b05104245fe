import { randomUUID } from "node:crypto";

import { expect, test } from "vitest";

import { createTestDatabase, type TestDatabase } from "../../src/testing/index.ts";
import { asUser, auditOf, refuses, run, worker } from "./refusals.ts";

interface Verdict {
  checked: number;
  forgotten: number;
  head: string;
  problem: { kind: string; seq: number; id?: string } | null;
}

async function verify({ owner }: TestDatabase, userId: string | null, organizationId: string | null = null) {
  const [row] = await owner<{ verdict: Verdict }[]>`
    select private.verify_audit(${userId}::uuid, ${organizationId}::uuid) as verdict`;
  if (!row) throw new Error("There is one.");
  return row.verdict;
}

/** A user with `count` entries in their chain. */
async function userWithEntries(test: TestDatabase, count: number): Promise<string> {
  const userId = await test.createUser();
  await run(test, asUser(userId), `insert into public.ai_configurations (user_id) values ('${userId}')`);
  for (let priority = 1; priority < count; priority += 1) {
    await run(
      test,
      asUser(userId),
      `update public.ai_configurations set priority = ${priority} where user_id = '${userId}'`,
    );
  }
  return userId;
}

/** As somebody who owns the database and means harm: past the trigger that keeps entries as they are. */
async function tamper({ owner }: TestDatabase, statement: string): Promise<void> {
  await owner.begin(async (tx) => {
    await tx`alter table public.ai_configuration_audit disable trigger append_only`;
    await tx.unsafe(statement);
    await tx`alter table public.ai_configuration_audit enable trigger append_only`;
  });
}

test("the entries of each owner are one chain without a gap, and untouched ones verify", async () => {
  await using test = await createTestDatabase();
  const [dana, kim] = [await userWithEntries(test, 5), await userWithEntries(test, 3)];
  const acme = await test.createOrganization({ ownerId: dana });
  await test.addMember(acme, kim, "viewer");
  const verdict = await verify(test, dana);
  expect(verdict).toMatchObject({ checked: 5, forgotten: 0, problem: null });
  expect(verdict.head).toMatch(/^[0-9a-f]{64}$/);
  expect(await verify(test, kim)).toMatchObject({ checked: 3, problem: null });
  // The organization, its owner, and a member.
  expect(await verify(test, null, acme)).toMatchObject({ checked: 3, problem: null });
  expect(await verify(test, randomUUID())).toEqual({ checked: 0, forgotten: 0, head: "", problem: null });
});

test.each([
  [
    "what was said",
    "update public.ai_configuration_audit set new_value = '{}' where user_id = '$' and seq = 3",
  ],
  [
    "who did it",
    "update public.ai_configuration_audit set changed_by = gen_random_uuid() where user_id = '$' and seq = 3",
  ],
  [
    "when",
    "update public.ai_configuration_audit set changed_at = changed_at - interval '1 us' where user_id = '$' and seq = 3",
  ],
  ["through what", "update public.ai_configuration_audit set via = 'rest' where user_id = '$' and seq = 3"],
  [
    "the reason",
    "update public.ai_configuration_audit set reason = 'because' where user_id = '$' and seq = 3",
  ],
  [
    "what was said, with new hashes of its own",
    `update public.ai_configuration_audit a set new_value = '{}' where user_id = '$' and seq = 3;
     update public.ai_configuration_audit a set content_hash = private.audit_content_hash(a) where user_id = '$' and seq = 3`,
  ],
  [
    "its place, with that of the next",
    `update public.ai_configuration_audit set seq = -3 where user_id = '$' and seq = 3;
     update public.ai_configuration_audit set seq = 3 where user_id = '$' and seq = 4;
     update public.ai_configuration_audit set seq = 4 where user_id = '$' and seq = -3`,
  ],
  [
    "half of it blanked",
    "update public.ai_configuration_audit set salt = null where user_id = '$' and seq = 3",
  ],
])("an altered entry is named: %s", async (_what, statement) => {
  await using test = await createTestDatabase();
  const userId = await userWithEntries(test, 5);
  await tamper(test, statement.replaceAll("$", userId));
  const { checked, problem } = await verify(test, userId);
  expect({ checked, problem }).toMatchObject({ checked: 2, problem: { kind: "altered", seq: 3 } });
  const entry = (await auditOf(test.owner)).find(({ user_id, seq }) => user_id === userId && seq === 3n);
  expect(problem?.id).toBe(String(entry?.id));
});

test.each([
  ["first", 1],
  ["middle", 3],
  ["last", 5],
])("a missing entry is named: the %s", async (_which, seq) => {
  await using test = await createTestDatabase();
  const userId = await userWithEntries(test, 5);
  await tamper(
    test,
    `delete from public.ai_configuration_audit where user_id = '${userId}' and seq = ${seq}`,
  );
  expect(await verify(test, userId)).toMatchObject({ checked: seq - 1, problem: { kind: "missing", seq } });
});

test("what is put in by hand gets the next place, and history made up with a place of its own does not hold", async () => {
  await using test = await createTestDatabase();
  const userId = await userWithEntries(test, 2);
  await test.owner`
    insert into public.ai_configuration_audit (subject, config_id, user_id, action, actor_type, changed_by, seq, content_hash, hash)
    values ('configuration', ${randomUUID()}, ${userId}, 'insert', 'user', ${userId}, 1, '\\x00', '\\x00')`;
  expect(await verify(test, userId)).toMatchObject({ checked: 3, problem: null });
  await tamper(
    test,
    `update public.ai_configuration_audit set hash = '\\x00' where user_id = '${userId}' and seq = 3`,
  );
  expect(await verify(test, userId)).toMatchObject({ checked: 2, problem: { kind: "altered", seq: 3 } });
});

test("concurrent writers of one owner and of many leave whole chains", async () => {
  await using test = await createTestDatabase();
  const users = await Promise.all([1, 1, 1].map((count) => userWithEntries(test, count)));
  await Promise.all(
    Array.from({ length: 60 }, (_, index) => {
      const userId = users[index % users.length] ?? "";
      return run(
        test,
        index % 2 ? worker : asUser(userId),
        `
        update public.ai_configurations set priority = ${index + 1} where user_id = '${userId}'`,
      );
    }),
  );
  for (const userId of users)
    expect(await verify(test, userId)).toMatchObject({ checked: 21, problem: null });
});

test("forgetting a deleted account blanks what was said and leaves the chain whole", async () => {
  await using test = await createTestDatabase();
  const userId = await userWithEntries(test, 3);
  await test.owner`delete from auth.users where id = ${userId}`;
  const { head } = await verify(test, userId);
  await test.owner`select private.forget_user(${userId})`;
  expect(await verify(test, userId)).toEqual({ checked: 4, forgotten: 4, head, problem: null });
  const rows =
    await test.owner`select salt, new_value from public.ai_configuration_audit where user_id = ${userId}`;
  expect(new Set(rows.map((row) => JSON.stringify(row)))).toEqual(
    new Set(['{"salt":null,"new_value":null}']),
  );
});

test("a chain is verified by its owner, by owners and admins of the organization and by services, and nobody else", async () => {
  await using test = await createTestDatabase();
  const [dana, kim, stranger] = [await test.createUser(), await test.createUser(), await test.createUser()];
  const acme = await test.createOrganization({ ownerId: dana });
  await test.addMember(acme, kim, "member");
  await test.createOrganization({ ownerId: stranger });
  const ask = (userId: string | null, organizationId: string | null = null) =>
    `select private.verify_audit(${userId ? `'${userId}'` : "null"}, ${organizationId ? `'${organizationId}'` : "null"})`;
  for (const [actor, question] of [
    [asUser(dana), ask(dana)],
    [asUser(dana), ask(null, acme)],
    [worker, ask(kim)],
    [worker, ask(null, acme)],
  ] as const) {
    expect(await run(test, actor, question)).toHaveLength(1);
  }
  for (const [actor, question] of [
    [asUser(kim), ask(null, acme)],
    [asUser(kim), ask(dana)],
    [asUser(stranger), ask(null, acme)],
    // Being an owner somewhere says nothing of a person elsewhere.
    [asUser(stranger), ask(dana)],
    [asUser(dana), ask(kim)],
    [asUser(dana), ask(null)],
    [asUser(dana), ask(dana, acme)],
  ] as const) {
    await refuses(() => run(test, actor, question), "42501");
  }
});

test("members, invitations and the organization itself are audited for its owners, without tokens", async () => {
  await using test = await createTestDatabase();
  const [dana, kim] = [await test.createUser(), await test.createUser("kim@example.com")];
  const [created] = await run(test, asUser(dana), "select private.create_organization('Acme') as id");
  const acme = String(created?.id);
  const expiry = "now() + interval '1 day'";
  await run(
    test,
    asUser(dana),
    `
    insert into public.organization_invitations (organization_id, email, role, token_hash, expires_at, invited_by)
    values ('${acme}', 'kim@example.com', 'member', '${"f".repeat(64)}', ${expiry}, '${dana}')`,
  );
  await run(test, asUser(kim), `select private.accept_invitation('${"f".repeat(64)}')`);
  await run(
    test,
    asUser(dana),
    `update public.organization_members set role = 'admin' where user_id = '${kim}'`,
  );
  await run(test, asUser(kim), `update public.organizations set name = 'Acme Robotics'`);
  await run(test, asUser(dana), `delete from public.organization_members where user_id = '${kim}'`);
  await run(test, asUser(dana), `delete from public.organizations where id = '${acme}'`);
  const entries = await auditOf(test.owner);
  expect(
    entries.map(({ subject, action, changed_by, old_value, new_value }) => [
      `${subject} ${action}`,
      changed_by === dana ? "dana" : "kim",
      old_value,
      new_value,
    ]),
  ).toEqual([
    ["organization insert", "dana", null, { name: "Acme" }],
    ["member insert", "dana", null, { role: "owner" }],
    [
      "invitation insert",
      "dana",
      null,
      expect.objectContaining({ role: "member", email: "kim@example.com", acceptedBy: null }),
    ],
    ["member insert", "kim", null, { role: "member" }],
    ["invitation update", "kim", expect.anything(), expect.objectContaining({ acceptedBy: kim })],
    ["member update", "dana", { role: "member" }, { role: "admin" }],
    ["organization update", "kim", { name: "Acme" }, { name: "Acme Robotics" }],
    ["member delete", "dana", { role: "admin" }, null],
    ["organization delete", "dana", { name: "Acme Robotics" }, null],
    ["member delete", "dana", { role: "owner" }, null],
    ["invitation delete", "dana", expect.anything(), null],
  ]);
  for (const { organization_id, user_id } of entries)
    expect([organization_id, user_id]).toEqual([acme, null]);
  expect(await verify(test, null, acme)).toMatchObject({ checked: 11, problem: null });
  const text = JSON.stringify(entries, (_, value) => (typeof value === "bigint" ? String(value) : value));
  expect(text).not.toContain("ffffffff");
});
