import { expect, test } from "vitest";

import { asActor, organizationInvitations } from "../../src/index.ts";
import { createTestDatabase, type TestDatabase } from "../../src/testing/index.ts";
import { asUser, refuses, run } from "./refusals.ts";

const hash = "a".repeat(64);
const create = async (test: TestDatabase, user: string, name: string) =>
  String((await run(test, asUser(user), `select private.create_organization('${name}') as id`))[0]?.id);
const membersOf = async (test: TestDatabase, id: string) =>
  (await test.owner`select user_id, role from public.organization_members where organization_id = ${id}`).map(
    (row) => [row.user_id, row.role],
  );

test("who creates an organization owns it, and their first one is their default", async () => {
  await using test = await createTestDatabase();
  const user = await test.createUser();
  const first = await create(test, user, "First");
  const second = await create(test, user, "Second");
  const rows = await run(
    test,
    asUser(user),
    "select organization_id, role, is_default from public.organization_members",
  );
  expect(rows).toEqual([
    { organization_id: first, role: "owner", is_default: true },
    { organization_id: second, role: "owner", is_default: false },
  ]);
  await run(test, asUser(user), `select private.set_default_organization('${second}')`);
  const defaults = () => test.owner`select organization_id from public.organization_members where is_default`;
  expect(await defaults()).toEqual([{ organization_id: second }]);
  await run(test, asUser(user), `delete from public.organizations where id = '${second}'`);
  expect(await defaults()).toEqual([{ organization_id: first }]);
  await refuses(async () => test.owner`update public.organization_members set is_default = false`, "23514");
});

test("organizations cannot be made by inserting, nor by nobody, nor with a name that deceives", async () => {
  await using test = await createTestDatabase();
  const user = await test.createUser();
  await refuses(
    () => run(test, asUser(user), "insert into public.organizations (name) values ('x')"),
    "42501",
  );
  await refuses(
    async () => test.database.db.$client.unsafe("select private.create_organization('x')"),
    "42501",
  );
  for (const name of ["", " x", "x\n", "x".repeat(121)]) {
    await refuses(() => run(test, asUser(user), `select private.create_organization('${name}')`), "23514");
  }
});

test("T3: nobody adds themselves or raises their own role, and admins make no owners", async () => {
  await using test = await createTestDatabase();
  const [owner, admin, member, stranger] = (await Promise.all(
    Array.from({ length: 4 }, () => test.createUser()),
  )) as [string, string, string, string];
  const id = await test.createOrganization({ ownerId: owner });
  await test.addMember(id, admin, "admin");
  await test.addMember(id, member, "member");
  await refuses(
    () =>
      run(
        test,
        asUser(stranger),
        `insert into public.organization_members (organization_id, user_id, role) values ('${id}', '${stranger}', 'owner')`,
      ),
    "42501",
  );
  const change = (user: string, target: string, role: string) =>
    run(
      test,
      asUser(user),
      `update public.organization_members set role = '${role}' where user_id = '${target}' returning role`,
    );
  expect(await change(member, member, "admin")).toEqual([]);
  await refuses(() => change(admin, admin, "owner"), "42501");
  await refuses(() => change(admin, member, "owner"), "42501");
  expect(await change(admin, owner, "member")).toEqual([]);
  expect(
    await run(
      test,
      asUser(admin),
      `delete from public.organization_members where user_id = '${owner}' returning role`,
    ),
  ).toEqual([]);
  expect(await change(admin, member, "viewer")).toEqual([{ role: "viewer" }]);
  expect(await change(owner, member, "owner")).toEqual([{ role: "owner" }]);
});

test("T2: a removed member loses access with the next statement", async () => {
  await using test = await createTestDatabase();
  const [owner, member] = [await test.createUser(), await test.createUser()];
  const id = await test.createOrganization({ ownerId: owner });
  await test.addMember(id, member, "member");
  expect(await run(test, asUser(member), "select from public.organizations")).toHaveLength(1);
  await run(test, asUser(owner), `delete from public.organization_members where user_id = '${member}'`);
  expect(await run(test, asUser(member), "select from public.organizations")).toHaveLength(0);
});

test("the last owner neither leaves nor steps down, not even when two leave at once", async () => {
  await using test = await createTestDatabase();
  const [owner, second] = [await test.createUser(), await test.createUser()];
  const id = await test.createOrganization({ ownerId: owner });
  const leave = (user: string) =>
    run(test, asUser(user), `delete from public.organization_members where user_id = '${user}'`);
  await refuses(() => leave(owner), "23001");
  await refuses(
    () => run(test, asUser(owner), "update public.organization_members set role = 'admin'"),
    "23001",
  );
  await test.addMember(id, second, "owner");
  const outcomes = await Promise.allSettled([leave(owner), leave(second)]);
  expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(await membersOf(test, id)).toHaveLength(1);
});

test("when the last owner's account is deleted, the longest-serving admin takes over; an organization can be deleted", async () => {
  await using test = await createTestDatabase();
  const [owner, member, admin] = (await Promise.all(Array.from({ length: 3 }, () => test.createUser()))) as [
    string,
    string,
    string,
  ];
  const id = await test.createOrganization({ ownerId: owner });
  await test.addMember(id, member, "member");
  await test.addMember(id, admin, "admin");
  await test.owner`delete from auth.users where id = ${owner}`;
  expect(await membersOf(test, id)).toEqual(
    expect.arrayContaining([
      [member, "member"],
      [admin, "owner"],
    ]),
  );
  await run(test, asUser(admin), `delete from public.organizations where id = '${id}'`);
  expect(await membersOf(test, id)).toEqual([]);
});

test("an invitation joins whoever accepts it, once, in time, at its address, while the inviter may still promise it", async () => {
  await using test = await createTestDatabase();
  const [owner, admin, guest] = [
    await test.createUser(),
    await test.createUser(),
    await test.createUser("guest@example.com"),
  ];
  const id = await test.createOrganization({ ownerId: owner });
  await test.addMember(id, admin, "admin");
  const invite = (user: string, tokenHash: string, more: object = {}) =>
    asActor(test.database, asUser(user), async (tx) => {
      await tx.insert(organizationInvitations).values({
        organizationId: id,
        role: "member",
        tokenHash,
        expiresAt: new Date(Date.now() + 60_000),
        acceptedBy: user,
        ...more,
      });
    });
  const accept = (tokenHash: string, user = guest) =>
    run(test, asUser(user), `select private.accept_invitation('${tokenHash}') as id`);

  await refuses(() => invite(guest, hash), "42501");
  await refuses(() => invite(admin, hash, { role: "owner" }), "42501");
  await invite(owner, "b".repeat(64), { expiresAt: new Date(0) });
  await invite(owner, "c".repeat(64), { email: "somebody@example.com" });
  await invite(admin, "d".repeat(64));
  await test.owner`update public.organization_members set role = 'viewer' where user_id = ${admin}`;
  for (const letter of ["b", "c", "d", "e"]) await refuses(() => accept(letter.repeat(64)), "P0002");
  await invite(owner, hash, { email: "Guest@Example.com" });
  expect(await accept(hash)).toEqual([{ id }]);
  await refuses(() => accept(hash), "P0002");
  expect(await membersOf(test, id)).toContainEqual([guest, "member"]);
  await refuses(
    () => run(test, asUser(owner), "select token_hash from public.organization_invitations"),
    "42501",
  );
});

test("names are told to people of the same organization and to nobody else", async () => {
  await using test = await createTestDatabase();
  const [owner, member, stranger] = [
    await test.createUser("o@example.com"),
    await test.createUser(),
    await test.createUser(),
  ];
  const id = await test.createOrganization({ ownerId: owner });
  await test.addMember(id, member, "viewer");
  const ask = (user: string) =>
    run(test, asUser(user), `select email from private.describe_users(array['${owner}']::uuid[])`);
  expect(await ask(member)).toEqual([{ email: "o@example.com" }]);
  expect(await ask(stranger)).toEqual([]);
  await refuses(() => run(test, asUser(member), "select from auth.users"), "42501");
});

test("with the account of its last member an organization goes as well, with its rows and keys", async () => {
  await using test = await createTestDatabase();
  const [only, other] = [await test.createUser(), await test.createUser()];
  const organizationId = await test.createOrganization({ ownerId: only });
  const kept = await test.createOrganization({ ownerId: only });
  await test.addMember(kept, other, "member");
  await test.owner`insert into public.ai_configurations (organization_id) values (${organizationId})`;
  await test.owner`delete from auth.users where id = ${only}`;
  expect(await test.owner`select id from public.organizations`).toEqual([{ id: kept }]);
  expect(await test.owner`select from public.ai_configurations`).toHaveLength(0);
  expect(await test.owner`select user_id, role from public.organization_members`).toEqual([
    { user_id: other, role: "owner" },
  ]);
});

test("an invitation of a user ends within a week, whatever they ask for", async () => {
  await using test = await createTestDatabase();
  const user = await test.createUser();
  const organizationId = await test.createOrganization({ ownerId: user });
  await run(
    test,
    asUser(user),
    `insert into public.organization_invitations (organization_id, role, token_hash, invited_by, expires_at)
      values ('${organizationId}', 'member', repeat('a', 40), '${user}', 'infinity')`,
  );
  expect(
    await test.owner`select expires_at <= now() + interval '7 days 1 minute' as is_soon from public.organization_invitations`,
  ).toEqual([{ is_soon: true }]);
});
