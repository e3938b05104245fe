import { expect, test } from "vitest";

import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

const PASSWORD = "correct horse battery";
const CHROME =
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0 Safari/537.36";
const FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:150.0) Gecko/20100101 Firefox/150.0";

interface Session {
  id: string;
  device: string;
  address: string | null;
  createdAt: string;
  lastUsedAt: string;
  isCurrent: boolean;
}

/** Dana in two browsers. */
async function danaTwice(api: TestApi): Promise<[Person, Person]> {
  const [here, there] = [
    new Person(api.url, { "user-agent": CHROME }),
    new Person(api.url, { "user-agent": FIREFOX }),
  ];
  await here.signUp("dana@example.com");
  expect((await signIn(api, there, PASSWORD)).status).toBe(200);
  return [here, there];
}

function signIn(api: TestApi, person: Person, password: string) {
  const body = { email: "dana@example.com", password };
  return person.json("POST", "/api/auth/sign-in/email", body, { origin: api.url });
}

function changePassword(api: TestApi, person: Person, body: Record<string, unknown>) {
  return person.json("POST", "/api/auth/change-password", body, { origin: api.url });
}

async function sessionsOf(person: Person): Promise<Session[]> {
  const { body } = await person.send("GET", "/api/trpc/me.sessions");
  return (body as { result: { data: Session[] } }).result.data;
}

const isSignedIn = async (person: Person) => (await person.send("GET", "/api/trpc/me.get")).status === 200;

test("people see where they are signed in, their own browser first, and no secret of it", async () => {
  await using api = await startApi();
  const [here, there] = await danaTwice(api);
  const sessions = await sessionsOf(here);
  expect(sessions).toMatchObject([
    { device: "Chrome on macOS", address: "127.0.0.1", isCurrent: true },
    { device: "Firefox on Windows", address: "127.0.0.1", isCurrent: false },
  ]);
  for (const { createdAt, lastUsedAt } of sessions) {
    expect(Date.parse(lastUsedAt)).toBeGreaterThanOrEqual(Date.parse(createdAt));
  }
  expect(Object.keys(sessions[0] ?? {}).sort()).toEqual([
    "address",
    "createdAt",
    "device",
    "id",
    "isCurrent",
    "lastUsedAt",
  ]);
  expect((await sessionsOf(there)).map(({ device }) => device)).toEqual([
    "Firefox on Windows",
    "Chrome on macOS",
  ]);
});

test("a session is noted when it is used, and one that has ended is not shown", async () => {
  await using api = await startApi();
  const [here, there] = await danaTwice(api);
  const shift = (sql: string) => api.test.owner.unsafe(`update identity.sessions set ${sql}`);
  await shift("updated_at = now() - interval '1 hour', expires_at = expires_at - interval '1 hour'");
  await isSignedIn(here);
  const [mine, other] = await sessionsOf(here);
  expect(Date.now() - Date.parse(mine?.lastUsedAt ?? "")).toBeLessThan(1_800_000);
  expect(Date.now() - Date.parse(other?.lastUsedAt ?? "")).toBeGreaterThan(3_000_000);
  await shift("expires_at = now() - interval '1 minute' where user_agent like '%Firefox%'");
  expect((await sessionsOf(here)).map(({ device }) => device)).toEqual(["Chrome on macOS"]);
  expect(await isSignedIn(there)).toBe(false);
});

test("what a browser calls itself is kept without keys, and no longer than it need be", async () => {
  await using api = await startApi();
  const name = `sk-ant-api03-CANARYCANARY ${"x".repeat(10_000)}`;
  const person = new Person(api.url, { "user-agent": name });
  expect((await person.signUp("kim@example.com")).status).toBe(200);
  const [row] = await api.test.owner<{ kept: string }[]>`select user_agent as kept from identity.sessions`;
  expect(row?.kept).toMatch(/^\[secret\] x{400,500}$/);
});

test("one session is ended at once; another's is not there to be ended", async () => {
  await using api = await startApi();
  const [here, there] = await danaTwice(api);
  const kim = new Person(api.url);
  await kim.signUp("kim@example.com");
  const [, other] = await sessionsOf(here);
  const input = { sessionId: other?.id };
  expect(await kim.json("POST", "/api/trpc/me.endSession", input)).toMatchObject({
    status: 404,
    body: { error: { data: { aiConfig: { code: "NOT_FOUND" } } } },
  });
  expect(await isSignedIn(there)).toBe(true);
  expect((await here.json("POST", "/api/trpc/me.endSession", input)).status).toBe(200);
  expect(await isSignedIn(there)).toBe(false);
  expect(await sessionsOf(here)).toHaveLength(1);
  expect((await here.json("POST", "/api/trpc/me.endSession", input)).status).toBe(404);
  expect((await here.json("POST", "/api/trpc/me.endSession", { ...input, all: true })).status).toBe(400);
});

test("all others are ended, and nobody else's", async () => {
  await using api = await startApi();
  const [here, there] = await danaTwice(api);
  const kim = new Person(api.url);
  await kim.signUp("kim@example.com");
  const answer = await here.json("POST", "/api/trpc/me.endOtherSessions", {});
  expect(answer).toMatchObject({ status: 200, body: { result: { data: { ended: 1 } } } });
  expect([await isSignedIn(here), await isSignedIn(there), await isSignedIn(kim)]).toEqual([
    true,
    false,
    true,
  ]);
});

test("a new password ends every other session, and the old one is worth nothing", async () => {
  await using api = await startApi();
  const [here, there] = await danaTwice(api);
  const newPassword = "a longer staple than before";
  const before = here.cookie;
  const answer = await changePassword(api, here, { currentPassword: PASSWORD, newPassword });
  expect(answer.status).toBe(200);
  expect(await isSignedIn(there)).toBe(false);
  expect(await isSignedIn(here)).toBe(true);
  expect(here.cookie).not.toBe(before);
  here.cookie = before;
  expect(await isSignedIn(here)).toBe(false);
  expect((await signIn(api, there, PASSWORD)).status).toBe(401);
  expect((await signIn(api, there, newPassword)).status).toBe(200);
});

test("a password is changed by whoever knows the one before, and in words that help", async () => {
  await using api = await startApi();
  const [here, there] = await danaTwice(api);
  const newPassword = "a longer staple than before";
  const wrong = await changePassword(api, here, { currentPassword: "wrong horse battery", newPassword });
  expect(wrong).toMatchObject({ status: 400, body: { code: "INVALID_PASSWORD" } });
  expect(await changePassword(api, here, { currentPassword: PASSWORD, newPassword: "short" })).toMatchObject({
    status: 400,
    body: { errors: [{ path: "newPassword", message: "Must be 10 characters or more." }] },
  });
  const kept = { currentPassword: PASSWORD, newPassword, revokeOtherSessions: false };
  expect(await changePassword(api, here, kept)).toMatchObject({
    status: 400,
    body: { errors: [{ path: "revokeOtherSessions", code: "unknown_field" }] },
  });
  const stranger = new Person(api.url);
  const given = { currentPassword: PASSWORD, newPassword };
  expect((await changePassword(api, stranger, given)).status).toBe(401);
  const elsewhere = { origin: "https://evil.example" };
  expect(await here.json("POST", "/api/auth/change-password", given, elsewhere)).toMatchObject({
    status: 403,
    body: { error: { code: "CROSS_SITE_REQUEST" } },
  });
  expect(await isSignedIn(there)).toBe(true);
  expect((await signIn(api, new Person(api.url), PASSWORD)).status).toBe(200);
});

test("guessing the password of an open browser is cut short", async () => {
  await using api = await startApi();
  const [here] = await danaTwice(api);
  const statuses = new Set<number>();
  for (let attempt = 0; attempt < 25; attempt += 1) {
    const body = { currentPassword: `guess number ${attempt}`, newPassword: "a longer staple" };
    statuses.add((await changePassword(api, here, body)).status);
  }
  expect([...statuses]).toEqual([400, 429]);
});
