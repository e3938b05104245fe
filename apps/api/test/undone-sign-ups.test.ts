import { expect, test } from "vitest";

import { inviteFirstAccount } from "../src/identity/sign-up-invitations.ts";
import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

/** What a sign-up leaves behind: whose account, and how many ways to sign in and sessions there are. */
async function tracesOf({ test: { owner } }: TestApi) {
  const people = await owner<{ email: string }[]>`select email from auth.users order by email`;
  const [counts] = await owner<{ accounts: number; sessions: number }[]>`
    select (select count(*)::int from identity.accounts) as accounts,
      (select count(*)::int from identity.sessions) as sessions`;
  return { people: people.map(({ email }) => email), ...counts };
}

async function procedure(person: Person, name: string, input: object): Promise<unknown> {
  const { body } = await person.json("POST", `/api/trpc/organization.${name}`, input);
  return (body as { result: { data: unknown } }).result.data;
}

async function organizationOf(person: Person): Promise<string> {
  const { body } = await person.send("GET", "/api/trpc/organization.list");
  return (body as { result: { data: [{ id: string }] } }).result.data[0].id;
}

async function inviteTo(organizationId: string, by: Person, role: string): Promise<string> {
  const { url } = (await procedure(by, "invite", { organizationId, role })) as { url: string };
  return new URL(url).searchParams.get("invitation") ?? "";
}

async function startWithDana() {
  const api = await startApi({ signUp: "invitation" });
  const dana = new Person(api.url);
  await dana.signUp("dana@example.com", { invitation: await inviteFirstAccount(api.service) });
  return { api, dana, organizationId: await organizationOf(dana) };
}

test("an invitation of somebody who may no longer invite makes no account", async () => {
  const { api, dana, organizationId } = await startWithDana();
  await using _ = api;
  const kim = new Person(api.url);
  await kim.signUp("kim@example.com", { invitation: await inviteTo(organizationId, dana, "admin") });
  const invitation = await inviteTo(organizationId, kim, "member");
  const [row] = await api.test.owner<
    { id: string }[]
  >`select id from auth.users where email = 'kim@example.com'`;
  await procedure(dana, "removeMember", { organizationId, userId: row?.id });

  const before = await tracesOf(api);
  const late = new Person(api.url);
  expect(await late.signUp("late@example.com", { invitation })).toMatchObject({
    status: 400,
    body: { error: { code: "INVITATION_INVALID" } },
  });
  expect(late.cookie).toBe("");
  expect(await tracesOf(api)).toEqual(before);
});

test("a sign-up whose invitation cannot be redeemed leaves nothing, and the invitation is good again", async () => {
  const { api, dana, organizationId } = await startWithDana();
  await using _ = api;
  const invitation = await inviteTo(organizationId, dana, "member");
  await api.test.owner.unsafe(`
    create function public.fail() returns trigger language plpgsql as $$ begin raise 'Not now.'; end $$;
    create trigger fail before insert on public.organization_members for each row execute function public.fail()`);
  const before = await tracesOf(api);
  const kim = new Person(api.url);
  expect((await kim.signUp("kim@example.com", { invitation })).status).toBe(500);
  expect(kim.cookie).toBe("");
  expect(await tracesOf(api)).toEqual(before);

  await api.test.owner`drop trigger fail on public.organization_members`;
  expect((await kim.signUp("kim@example.com", { invitation })).status).toBe(200);
  expect(await organizationOf(kim)).toBe(organizationId);
});

test("a first account's link that ends while it is being used makes no account", async () => {
  await using api = await startApi({ signUp: "invitation" });
  const invitation = await inviteFirstAccount(api.service);
  await api.test.owner.unsafe(`
    create function public.replace_link() returns trigger language plpgsql security definer as $$
      begin delete from public.organization_invitations; return new; end $$;
    create trigger replace_link after insert on auth.users
      for each row execute function public.replace_link()`);
  expect(await new Person(api.url).signUp("dana@example.com", { invitation })).toMatchObject({
    status: 400,
    body: { error: { code: "INVITATION_INVALID" } },
  });
  expect(await tracesOf(api)).toEqual({ people: [], accounts: 0, sessions: 0 });
});

test("of first accounts' links made at once one is good", async () => {
  await using api = await startApi({ signUp: "invitation" });
  const links = await Promise.all(Array.from({ length: 8 }, () => inviteFirstAccount(api.service)));
  const rows = await api.test.owner`select 1 from public.organization_invitations`;
  expect(rows).toHaveLength(1);
  const answers = await Promise.all(
    links.map((invitation, index) =>
      new Person(api.url).signUp(`person-${index}@example.com`, { invitation }),
    ),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(400)]);
  expect((await tracesOf(api)).people).toHaveLength(1);
});
