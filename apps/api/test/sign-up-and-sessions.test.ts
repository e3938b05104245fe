import { describe, expect, test } from "vitest";

import { inviteFirstAccount } from "../src/identity/sign-up-invitations.ts";
import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

/** Who has an account, by address. */
async function accountsOf({ test: { owner } }: TestApi): Promise<string[]> {
  return (await owner<{ email: string }[]>`select email from auth.users order by email`).map(
    ({ email }) => email,
  );
}

/** A link for joining the person's organization. */
async function invite(person: Person, role = "member"): Promise<{ invitation: string; id: string }> {
  const { body } = await person.send("GET", "/api/trpc/organization.list");
  const [{ id }] = (body as { result: { data: [{ id: string }] } }).result.data;
  const answer = await person.json("POST", "/api/trpc/organization.invite", { organizationId: id, role });
  const { url } = (answer.body as { result: { data: { url: string } } }).result.data;
  return { invitation: new URL(url).searchParams.get("invitation") ?? "", id };
}

describe("an invitation", () => {
  test("for the first account makes one account, however many use it at once", async () => {
    await using api = await startApi({ signUp: "invitation" });
    const invitation = await inviteFirstAccount(api.service);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        new Person(api.url).signUp(`person-${index}@example.com`, { invitation }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(400)]);
    expect(await accountsOf(api)).toHaveLength(1);
  });

  test("to an organization brings one person into it, however many use it at once", async () => {
    await using api = await startApi({ signUp: "invitation" });
    const dana = new Person(api.url);
    await dana.signUp("dana@example.com", { invitation: await inviteFirstAccount(api.service) });
    const { invitation, id } = await invite(dana);
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        new Person(api.url).signUp(`person-${index}@example.com`, { invitation }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(400)]);
    expect(await accountsOf(api)).toHaveLength(2);
    const members = await api.test.owner`
      select 1 from public.organization_members where organization_id = ${id}`;
    expect(members).toHaveLength(2);
    const [used] = await api.test.owner<{ by: string | null }[]>`
      select u.email as by from public.organization_invitations i join auth.users u on u.id = i.accepted_by
      where i.organization_id = ${id}`;
    expect(used?.by).toMatch(/^person-/);
  });

  test("is still good after a sign-up that failed", async () => {
    await using api = await startApi({ signUp: "invitation" });
    const invitation = await inviteFirstAccount(api.service);
    const dana = new Person(api.url);
    expect((await dana.signUp("dana@example.com", { invitation, password: "short" })).status).toBe(400);
    expect((await dana.signUp("dana@example.com", { invitation })).status).toBe(200);
    const second = await invite(dana);
    const kim = new Person(api.url);
    const taken = await kim.signUp("dana@example.com", { invitation: second.invitation });
    expect(taken.status).toBe(422);
    expect((await kim.signUp("kim@example.com", { invitation: second.invitation })).status).toBe(200);
  });

  test("for the first account ends when a newer one is made", async () => {
    await using api = await startApi({ signUp: "invitation" });
    const first = await inviteFirstAccount(api.service);
    const second = await inviteFirstAccount(api.service);
    expect(await new Person(api.url).signUp("late@example.com", { invitation: first })).toMatchObject({
      status: 400,
      body: { error: { code: "INVITATION_INVALID" } },
    });
    expect((await new Person(api.url).signUp("dana@example.com", { invitation: second })).status).toBe(200);
    const rows = await api.test.owner`select 1 from public.organization_invitations`;
    expect(rows).toHaveLength(1);
  });

  test("for the first account is worth nothing once there is an account", async () => {
    await using api = await startApi({ signUp: "invitation" });
    const invitation = await inviteFirstAccount(api.service);
    await api.test.createUser("dana@example.com");
    expect(await new Person(api.url).signUp("late@example.com", { invitation })).toMatchObject({
      status: 400,
      body: { error: { code: "INVITATION_INVALID" } },
    });
    expect(await accountsOf(api)).toEqual(["dana@example.com"]);
  });
});

describe("a name", () => {
  test.each([
    ["with a control character", "x\ty"],
    ["of more than a hundred characters", "N".repeat(101)],
    ["of spaces", "   "],
    ["that is no text", 7],
    ["that is missing", undefined],
  ])("%s is refused, by its field", async (_what, name) => {
    await using api = await startApi();
    const answer = await new Person(api.url).signUp("dana@example.com", { name });
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { code: "INPUT_INVALID" }, errors: [{ path: "name" }] },
    });
    expect(await accountsOf(api)).toEqual([]);
  });

  test("is kept as it was checked, and nothing else can be sent along", async () => {
    await using api = await startApi();
    const dana = new Person(api.url);
    const more = { image: "javascript:alert(1)", emailVerified: true };
    expect(await dana.signUp("dana@example.com", more)).toMatchObject({
      status: 400,
      body: {
        errors: [
          { path: "image", code: "unknown_field" },
          { path: "emailVerified", code: "unknown_field" },
        ],
      },
    });
    expect((await dana.signUp("Dana@Example.com", { name: "  Zoe\u0308 Reyes " })).status).toBe(200);
    const [row] = await api.test.owner`select name, email, image, email_verified from auth.users`;
    expect(row).toEqual({
      name: "Zo\u00eb Reyes",
      email: "dana@example.com",
      image: null,
      email_verified: false,
    });
  });

  test("of an account from elsewhere may be anything; it still gets an organization", async () => {
    await using api = await startApi();
    const dana = new Person(api.url);
    await dana.signUp("dana@example.com");
    await api.test.owner`delete from public.organizations`;
    await api.test.owner`update auth.users set name = ${`tab\t${"\u{1F600}".repeat(80)}`}`;
    await dana.json(
      "POST",
      "/api/auth/sign-in/email",
      { email: "dana@example.com", password: "correct horse battery" },
      { origin: api.url },
    );
    const { body } = await dana.send("GET", "/api/trpc/organization.list");
    expect((body as { result: { data: unknown[] } }).result.data).toHaveLength(1);
  });
});

test("an account whose organization could not be made gets it at the next sign-in", async () => {
  await using api = await startApi();
  await api.test.owner.unsafe(`
    create function public.fail() returns trigger language plpgsql as $$ begin raise 'Not now.'; end $$;
    create trigger fail before insert on public.organizations for each row execute function public.fail()`);
  const dana = new Person(api.url);
  expect((await dana.signUp("dana@example.com")).status).toBe(200);
  const organizations = async () => {
    const { body } = await dana.send("GET", "/api/trpc/organization.list");
    return (body as { result: { data: unknown[] } }).result.data;
  };
  expect(await organizations()).toEqual([]);
  expect(api.logged()).toContain("The account has no organization yet.");
  await api.test.owner`drop trigger fail on public.organizations`;
  const body = { email: "dana@example.com", password: "correct horse battery" };
  expect((await dana.json("POST", "/api/auth/sign-in/email", body, { origin: api.url })).status).toBe(200);
  expect(await organizations()).toMatchObject([{ name: "Dana Reyes's organization", role: "owner" }]);
});

test("of the identity library's addresses only those of the product are open", async () => {
  await using api = await startApi();
  const dana = new Person(api.url);
  await dana.signUp("dana@example.com");
  for (const [method, path] of [
    ["POST", "update-user"],
    ["POST", "change-email"],
    ["POST", "revoke-session"],
    ["POST", "revoke-other-sessions"],
    ["GET", "change-password"],
    ["POST", "delete-user"],
    ["POST", "update-session"],
    ["POST", "request-password-reset"],
    ["POST", "sign-in/social"],
    ["POST", "sign-up/email/"],
    ["GET", "sign-up/email"],
    ["GET", "list-sessions"],
    ["GET", "get-session"],
    ["GET", "error"],
    ["GET", "ok"],
  ] as const) {
    const answer =
      method === "GET"
        ? await dana.send(method, `/api/auth/${path}`)
        : await dana.json(method, `/api/auth/${path}`, { name: "Other" }, { origin: api.url });
    expect([path, answer.status, answer.body]).toMatchObject([path, 404, { error: { code: "NOT_FOUND" } }]);
  }
  const [row] = await api.test.owner`select name from auth.users`;
  expect(row).toEqual({ name: "Dana Reyes" });
});

describe("a session", () => {
  /** As if the session had been opened that many days ago. */
  const age = ({ test: { owner } }: TestApi, days: number) =>
    owner`update identity.sessions set expires_at = now() + make_interval(days => ${7 - days})`;

  test.each(["/api/ai-configuration", "/api/trpc/me.get,organization.list?batch=1&input=%7B%7D"])(
    "that is used goes on, in the browser too: %s",
    async (path) => {
      await using api = await startApi();
      const dana = new Person(api.url);
      await dana.signUp("dana@example.com");
      expect((await dana.send("GET", path)).headers.getSetCookie()).toEqual([]);
      await age(api, 3);
      const answer = await dana.send("GET", path);
      expect(answer.status).toBe(200);
      const cookies = answer.headers.getSetCookie();
      expect(cookies).toHaveLength(1);
      expect(cookies[0]).toMatch(/session_token=.*Max-Age=604800.*HttpOnly/i);
      expect((await dana.send("GET", path)).status).toBe(200);
    },
  );

  test("that has ended is no session", async () => {
    await using api = await startApi();
    const dana = new Person(api.url);
    await dana.signUp("dana@example.com");
    await age(api, 8);
    expect((await dana.send("GET", "/api/ai-configuration")).status).toBe(401);
  });
});

describe("the address that tries are counted under", () => {
  /** Tries to sign in, each time with another list of addresses, until refused for being too many. */
  async function statusesBehind(trustedProxies: number, forwardedFor: (attempt: number) => string) {
    await using api = await startApi({ trustedProxies });
    const caller = new Person(api.url);
    const statuses = new Set<number>();
    for (let attempt = 0; attempt < 25; attempt += 1) {
      const { status } = await caller.json(
        "POST",
        "/api/auth/sign-in/email",
        { email: "nobody@example.com", password: "wrong horse battery" },
        { origin: api.url, "x-forwarded-for": forwardedFor(attempt) },
      );
      statuses.add(status);
    }
    return [...statuses];
  }

  test("is the one that the last trusted proxy saw", async () => {
    expect(await statusesBehind(1, (attempt) => `10.0.0.${attempt}`)).toEqual([401]);
    expect(await statusesBehind(2, (attempt) => `10.0.0.${attempt}, 192.0.2.1`)).toEqual([401]);
  });

  test("is not one that the caller wrote itself", async () => {
    expect(await statusesBehind(0, (attempt) => `10.0.0.${attempt}`)).toEqual([401, 429]);
    expect(await statusesBehind(1, (attempt) => `10.0.0.${attempt}, 192.0.2.1`)).toEqual([401, 429]);
    expect(await statusesBehind(2, (attempt) => `10.0.0.${attempt}`)).toEqual([401, 429]);
    expect(await statusesBehind(1, (attempt) => `not an address ${attempt}`)).toEqual([401, 429]);
  });
});
