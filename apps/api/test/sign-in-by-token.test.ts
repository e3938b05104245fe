import { createTRPCClient, httpBatchLink } from "@trpc/client";
import type { JWTPayload } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { inviteFirstAccount } from "../src/identity/sign-up-invitations.ts";
import type { AppRouter } from "../src/router.ts";
import { Person } from "./support/person.ts";
import { startApi, type TestApi, type TestApiOptions } from "./support/start-api.ts";
import { startIssuer, type TestIssuer } from "./support/test-issuer.ts";

let issuer: TestIssuer;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer?.[Symbol.asyncDispose]());

const start = (options: TestApiOptions = {}) => startApi({ issuer: issuer.settings, ...options });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const verified = (sub: string, more: JWTPayload = {}) => ({
  sub,
  email: `${sub}@example.com`,
  email_verified: true,
  name: `${sub} Reyes`,
  ...more,
});

/** Asks with a token, as somebody without a cookie. */
function get(api: TestApi, token: string, path = "/api/ai-configuration") {
  return new Person(api.url).send("GET", path, { headers: bearer(token) });
}
function post(
  api: TestApi,
  token: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
) {
  return new Person(api.url).json("POST", path, body, { ...bearer(token), ...headers });
}
function clientOf(api: TestApi, token: string) {
  return createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: `${api.url}/api/trpc`, headers: bearer(token) })],
  });
}
async function countAccounts({ test: { owner } }: TestApi): Promise<number> {
  const [row] = await owner<{ count: number }[]>`select count(*)::int as count from auth.users`;
  return row?.count ?? -1;
}
/** A link to Dana's organization, and who she is. */
async function danasLink(api: TestApi, email?: string) {
  const dana = new Person(api.url);
  await dana.signUp("owner@example.com");
  const asDana = createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: `${api.url}/api/trpc`, headers: { cookie: dana.cookie } })],
  });
  const { organizations } = await asDana.me.get.query();
  const organizationId = organizations[0]?.id ?? "";
  const { url } = await asDana.organization.invite.mutate({ organizationId, role: "member", email });
  return { organizationId, asDana, invitation: new URL(url).searchParams.get("invitation") ?? "" };
}

describe("where sign-up is open", () => {
  test("whoever the issuer vouches for has an account and an organization at first sight, one however often they come", async () => {
    await using api = await start();
    const token = await issuer.sign(verified("dana"));
    const answers = await Promise.all(Array.from({ length: 8 }, () => get(api, token)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(await countAccounts(api)).toBe(1);
    const me = await clientOf(api, token).me.get.query();
    expect(me.user).toMatchObject({ name: "dana Reyes", email: "dana@example.com" });
    expect(me.organizations).toMatchObject([{ name: "dana Reyes's organization", role: "owner" }]);

    // Another token of the same person is the same account, and what they write stays theirs.
    await post(api, await issuer.sign(verified("dana")), "/api/trpc/configuration.update", {
      owner: { type: "user" },
      configName: "default",
      updates: { model: { temperature: 0.2 } },
    });
    expect((await get(api, token)).body).toMatchObject({ effective: { model: { temperature: 0.2 } } });
    expect((await get(api, await issuer.sign(verified("kim")))).body).toMatchObject({
      effective: { model: { temperature: 0.7 } },
    });
    expect(await countAccounts(api)).toBe(2);
  });

  test("what the token says about roles and organizations is not believed", async () => {
    await using api = await start();
    const { organizationId, asDana } = await danasLink(api);
    const claims = {
      role: "service_role",
      org_role: "owner",
      organization: organizationId,
      is_admin: true,
      app_metadata: { role: "owner", organizations: [organizationId] },
      user_metadata: { role: "service_role" },
    };
    const token = await issuer.sign(verified("eve", claims));
    const eve = clientOf(api, token);
    const me = await eve.me.get.query();
    expect(me.organizations.map(({ id }) => id)).not.toContain(organizationId);
    await expect(eve.organization.members.query({ organizationId })).rejects.toMatchObject({
      data: { aiConfig: { code: "NOT_FOUND" } },
    });
    expect((await get(api, token, `/api/audit/export?organizationId=${organizationId}`)).status).toBe(404);
    const { user } = await asDana.me.get.query();
    expect((await get(api, await issuer.sign({ ...claims, sub: user.id }))).body).toMatchObject({
      userConfigurations: [],
    });
  });

  test("an address that the issuer did not verify, or none, is nobody's", async () => {
    await using api = await start();
    for (const claims of [
      { email: "boss@example.com" },
      { email: "boss@example.com", email_verified: false },
      {},
    ]) {
      const token = await issuer.sign({ sub: `eve ${JSON.stringify(claims)}`, ...claims });
      const { user } = await clientOf(api, token).me.get.query();
      expect(user.email).toMatch(/^[0-9a-f-]{36}@no-address\.invalid$/);
    }
  });

  test("an account is never joined with another one by its address", async () => {
    await using api = await start();
    await new Person(api.url).signUp("dana@example.com");
    const token = await issuer.sign(verified("dana"));
    for (let turn = 0; turn < 2; turn += 1) {
      expect(await get(api, token)).toMatchObject({
        status: 409,
        body: { error: { code: "ACCOUNT_EXISTS" } },
      });
    }
    expect(await countAccounts(api)).toBe(1);
  });

  test("the issuer's later word on name and address counts, unless the address is somebody else's here", async () => {
    await using api = await start();
    await new Person(api.url).signUp("taken@example.com");
    const see = async (claims: JWTPayload) =>
      (await clientOf(api, await issuer.sign({ sub: "dana", ...claims })).me.get.query()).user;
    const { id } = await see({});
    expect(await see(verified("dana"))).toEqual({ id, name: "dana Reyes", email: "dana@example.com" });
    expect(await see({ name: "Dana R.", email: "new@example.com" })).toEqual({
      id,
      name: "Dana R.",
      email: "dana@example.com",
    });
    expect(await see({ name: "D.", email: "taken@example.com", email_verified: true })).toEqual({
      id,
      name: "D.",
      email: "dana@example.com",
    });
    expect(await see({})).toEqual({ id, name: "D.", email: "dana@example.com" });
  });

  test("a deleted account's token opens nothing, not even a new account, until they are invited", async () => {
    await using api = await start();
    const token = await issuer.sign(verified("kim"));
    expect((await get(api, token)).status).toBe(200);
    await api.test.owner`delete from auth.users`;
    for (const old of [token, await issuer.sign(verified("kim"))]) {
      expect((await get(api, old)).status).toBe(401);
      expect((await post(api, old, "/api/auth/sign-up/token", {})).status).toBe(401);
    }
    expect(await countAccounts(api)).toBe(0);
    const { organizationId, invitation } = await danasLink(api);
    expect((await post(api, token, "/api/auth/sign-up/token", { invitation })).status).toBe(200);
    expect((await clientOf(api, token).me.get.query()).organizations.map(({ id }) => id)).toEqual([
      organizationId,
    ]);
  });
});

describe("by invitation only", () => {
  test("who is unknown is told so, until they join by a link, which makes their account", async () => {
    await using api = await start();
    const { organizationId, invitation } = await danasLink(api);
    await using closed = await start({ signUp: "invitation", on: api.test });
    const token = await issuer.sign(verified("kim"));
    const refused = { status: 403, body: { error: { code: "SIGN_UP_CLOSED" } } };
    expect(await get(closed, token)).toMatchObject(refused);
    expect((await get(closed, token, "/api/trpc/me.get")).body).toMatchObject({
      error: { data: { httpStatus: 403, aiConfig: { code: "SIGN_UP_CLOSED" } } },
    });
    expect(await post(closed, token, "/api/auth/sign-up/token", {})).toMatchObject(refused);
    expect(
      await post(closed, token, "/api/auth/sign-up/token", { invitation: "x".repeat(32) }),
    ).toMatchObject({
      status: 400,
      body: { error: { code: "INVITATION_INVALID" } },
    });
    expect(await countAccounts(api)).toBe(1);

    const joined = await post(closed, token, "/api/auth/sign-up/token", { invitation });
    expect(joined).toMatchObject({ status: 200, body: { user: { email: "kim@example.com" } } });
    const { organizations } = await clientOf(closed, token).me.get.query();
    expect(organizations).toMatchObject([{ id: organizationId, role: "member", isDefault: true }]);
    // Once.
    const late = await issuer.sign(verified("lee"));
    expect((await post(closed, late, "/api/auth/sign-up/token", { invitation })).status).toBe(400);
    expect((await get(closed, late)).status).toBe(403);
  });

  test("of many who hold one link one gets in, and of many tries of one person one account comes", async () => {
    await using api = await start();
    const { invitation } = await danasLink(api);
    const tokens = await Promise.all(["a", "b", "c", "a", "b", "c"].map((sub) => issuer.sign(verified(sub))));
    const statuses = await Promise.all(
      tokens.map(async (token) => (await post(api, token, "/api/auth/sign-up/token", { invitation })).status),
    );
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0);
    const [joined] = await api.test.owner<{ count: number }[]>`
      select count(*)::int as count from public.organization_members m
      join auth.users u on u.id = m.user_id where u.email <> 'owner@example.com' and m.role = 'member'`;
    expect(joined?.count).toBe(1);
    const [twice] = await api.test.owner<{ count: number }[]>`
      select count(*)::int as count from identity.issuer_accounts`;
    expect(twice?.count).toBe((await countAccounts(api)) - 1);
  });

  test("a link for an address takes only whom the issuer verified to have it", async () => {
    await using api = await start();
    const { invitation } = await danasLink(api, "kim@example.com");
    await using closed = await start({ signUp: "invitation", on: api.test });
    const accept = async (claims: JWTPayload) =>
      (await post(closed, await issuer.sign(claims), "/api/auth/sign-up/token", { invitation })).status;
    expect(await accept(verified("lee"))).toBe(400);
    expect(await accept({ sub: "eve", email: "kim@example.com" })).toBe(400);
    expect(await accept({ sub: "eve", email: "kim@example.com", email_verified: false })).toBe(400);
    expect(await countAccounts(api)).toBe(1);
    expect(await accept(verified("kim"))).toBe(200);
  });

  test("who has an account joins by the same address, or as everybody does", async () => {
    await using api = await start();
    const { organizationId, asDana, invitation } = await danasLink(api);
    const token = await issuer.sign(verified("kim"));
    await get(api, token);
    expect((await post(api, token, "/api/auth/sign-up/token", { invitation })).status).toBe(200);
    const { url } = await asDana.organization.invite.mutate({ organizationId, role: "viewer" });
    const lee = clientOf(api, await issuer.sign(verified("lee")));
    const link = { token: new URL(url).searchParams.get("invitation") ?? "" };
    expect(await lee.organization.acceptInvitation.mutate(link)).toEqual({ organizationId });
    expect((await clientOf(api, token).me.get.query()).organizations).toHaveLength(2);
  });

  test("the first account of an installation is made with the link of its first start", async () => {
    await using api = await start({ signUp: "invitation" });
    const invitation = await inviteFirstAccount(api.service);
    const token = await issuer.sign(verified("dana"));
    expect((await post(api, token, "/api/auth/sign-up/token", { invitation })).status).toBe(200);
    expect((await clientOf(api, token).me.get.query()).organizations).toMatchObject([{ role: "owner" }]);
    const late = await issuer.sign(verified("late"));
    expect((await post(api, late, "/api/auth/sign-up/token", { invitation })).status).toBe(400);
  });

  test("a sign-up that comes to nothing leaves nothing, and the link good", async () => {
    await using api = await start();
    const { invitation } = await danasLink(api);
    await api.test.owner.unsafe(`
      create function public.fail() returns trigger language plpgsql as $$ begin raise 'Not now.'; end $$;
      create trigger fail before insert on public.organization_members for each row execute function public.fail()`);
    const token = await issuer.sign(verified("kim"));
    const join = async () => (await post(api, token, "/api/auth/sign-up/token", { invitation })).status;
    expect(await join()).toBe(500);
    expect(await countAccounts(api)).toBe(1);
    expect(await api.test.owner`select from identity.issuer_accounts`).toHaveLength(0);
    await api.test.owner`drop trigger fail on public.organization_members`;
    expect(await join()).toBe(200);
  });
});

describe("a request with an Authorization header", () => {
  test("is its bearer's alone: the cookie that comes along says nothing", async () => {
    await using api = await start();
    const dana = new Person(api.url);
    await dana.signUp("dana@example.com");
    expect((await dana.send("GET", "/api/ai-configuration")).status).toBe(200);
    const expired = await issuer.sign(verified("kim", { exp: 1 }));
    for (const authorization of [
      "Bearer",
      "Bearer ",
      "Bearer nonsense",
      `Bearer ${expired}`,
      "Basic ZGFuYTp4",
      "x",
      expired,
    ]) {
      const answer = await dana.send("GET", "/api/ai-configuration", { headers: { authorization } });
      expect([authorization, answer.status]).toEqual([authorization, 401]);
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    const token = await issuer.sign(verified("kim"));
    const answer = await dana.send("GET", "/api/trpc/me.get", { headers: bearer(token) });
    expect(answer.body).toMatchObject({ result: { data: { user: { email: "kim@example.com" } } } });
  });

  test("needs no origin, and is limited by its account like any other", async () => {
    await using api = await start({ writesPerMinute: 3 });
    const token = await issuer.sign(verified("dana"));
    const other = await issuer.sign(verified("kim"));
    const write = (bearerToken: string) =>
      new Person(api.url).json(
        "PATCH",
        "/api/ai-configuration",
        { configName: "default", updates: { model: { temperature: 0.5 } } },
        bearer(bearerToken),
      );
    for (const text of [token, await issuer.sign(verified("dana")), token])
      expect((await write(text)).status).toBe(200);
    const limited = await write(await issuer.sign(verified("dana")));
    expect(limited).toMatchObject({ status: 429, body: { error: { code: "RATE_LIMITED" } } });
    expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await write(other)).status).toBe(200);
  });

  test("is no way around what a browser says of another site, where a cookie comes along", async () => {
    await using api = await start();
    const dana = new Person(api.url);
    await dana.signUp("dana@example.com");
    const token = await issuer.sign(verified("kim"));
    const evil = { origin: "https://evil.example", ...bearer(token) };
    const patch = { configName: "default", updates: { model: { temperature: 0.5 } } };
    expect((await dana.json("PATCH", "/api/ai-configuration", patch, evil)).status).toBe(403);
    expect((await dana.json("PATCH", "/api/ai-configuration", patch, bearer(token))).status).toBe(200);
    expect((await dana.send("GET", "/api/ai-configuration")).body).toMatchObject({ userConfigurations: [] });
  });

  test("says that one has to wait while nobody can tell whose it is", async () => {
    await using away = await startIssuer();
    await using api = await start({ issuer: away.settings });
    const token = await away.sign(verified("dana"));
    away.answer = 500;
    for (const answer of [
      await get(api, token),
      await get(api, token),
      await post(api, token, "/api/auth/sign-up/token", {}),
    ]) {
      expect(answer).toMatchObject({ status: 503, body: { error: { code: "ISSUER_UNAVAILABLE" } } });
      expect(answer.headers.get("retry-after")).toBe("2");
    }
    // Who signs in otherwise does not notice.
    expect((await new Person(api.url).signUp("kim@example.com")).status).toBe(200);
    away.answer = "keys";
    await expect.poll(async () => (await get(api, token)).status, { timeout: 10_000 }).toBe(200);
  });

  test("says that one has to wait while the database is away, and goes on afterwards", async () => {
    await using api = await start();
    const token = await issuer.sign(verified("dana"));
    expect((await get(api, token)).status).toBe(200);
    const { owner } = api.test;
    const [{ name } = { name: "" }] = await owner<{ name: string }[]>`
      select quote_ident(current_database()) as name`;
    await owner.unsafe(`alter database ${name} connection limit 0`);
    await owner`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and usename = 'ai_config_app'`;
    const answer = await get(api, token);
    expect(answer).toMatchObject({ status: 503, body: { error: { code: "DATABASE_UNAVAILABLE" } } });
    expect(answer.headers.get("retry-after")).toBe("2");
    await owner.unsafe(`alter database ${name} connection limit -1`);
    await expect.poll(async () => (await get(api, token)).status, { timeout: 10_000 }).toBe(200);
  });

  test("is refused where no issuer is trusted", async () => {
    await using api = await startApi();
    const token = await issuer.sign(verified("dana"));
    expect((await get(api, token)).status).toBe(401);
    expect((await post(api, token, "/api/auth/sign-up/token", {})).status).toBe(404);
  });
});

test("an account of the issuer's gets no password here", async () => {
  await using api = await start();
  await get(api, await issuer.sign(verified("dana")));
  const { status } = await new Person(api.url).signUp("dana@example.com");
  expect(status).toBeGreaterThanOrEqual(400);
  expect(await api.test.owner`select from identity.accounts`).toHaveLength(0);
});
