import { connect } from "@ai-config/db";
import { expect, test } from "vitest";
import { createRequestLimiter } from "../src/http/request-limiter.ts";
import { startMailServer } from "./support/mail-server.ts";
import { makeToken } from "./support/make-token.ts";
import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

const change = (person: Person, temperature: number) =>
  person.json("PATCH", "/api/ai-configuration", {
    configName: "default",
    updates: { model: { temperature } },
  });

/** Somebody with an account, and with all that a minute allows still ahead. */
async function dana(api: TestApi): Promise<Person> {
  const person = new Person(api.url);
  await person.signUp("dana@example.com");
  return person;
}

test("an account changes only so much in a minute, however it asks; it reads on, and others are not concerned", async () => {
  await using api = await startApi({ writesPerMinute: 5 });
  const person = await dana(api);
  const kim = new Person(api.url);
  await kim.signUp("kim@example.com");
  for (let index = 1; index <= 4; index += 1) expect((await change(person, index / 10)).status).toBe(200);
  const batch = await person.json("POST", "/api/trpc/organization.create,organization.create?batch=1", {
    0: { name: "One" },
    1: { name: "Two" },
  });
  expect([batch.status, JSON.stringify(batch.body)]).toEqual([429, expect.stringContaining("RATE_LIMITED")]);
  const refused = await change(person, 0.9);
  expect(refused).toMatchObject({
    status: 429,
    body: { error: { code: "RATE_LIMITED", message: "Too many requests. Wait a moment, then try again." } },
  });
  const wait = Number(refused.headers.get("retry-after"));
  expect(wait).toBeGreaterThan(0);
  expect(wait).toBeLessThanOrEqual(60);
  const read = await person.send("GET", "/api/ai-configuration");
  expect([read.status, (read.body as { effective: { model: object } }).effective.model]).toMatchObject([
    200,
    { temperature: 0.4 },
  ]);
  expect((await change(kim, 0.5)).status).toBe(200);
});

test("tries at one account are counted from wherever they come, and at another's not", async () => {
  await using api = await startApi({ trustedProxies: 1 });
  await dana(api);
  let address = 0;
  const signIn = (email: string, password = "correct horse battery") => {
    address += 1;
    const from = { origin: api.url, "x-forwarded-for": `192.0.2.${address}` };
    return new Person(api.url).json("POST", "/api/auth/sign-in/email", { email, password }, from);
  };
  for (const email of ["dana@example.com", "nobody@example.com"]) {
    expect((await signIn(email, "wrong horse battery")).status).toBe(401);
    await api.test.owner`update identity.request_limits set points = 99 where key like 'sign-in %'`;
    expect((await signIn(email, "wrong horse battery")).status).toBe(401);
    const refused = await signIn(email.toUpperCase());
    expect(refused).toMatchObject({ status: 429, body: { error: { code: "RATE_LIMITED" } } });
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(60);
  }
  const [row] = await api.test.owner<{ keys: string }[]>`
    select string_agg(key, ' ') as keys from identity.request_limits`;
  expect(row?.keys).not.toContain("@");
  await new Person(api.url).signUp("kim@example.com");
  expect((await signIn("kim@example.com")).status).toBe(200);
});

test("whatever can be guessed at without a session is tried twenty times in a minute from one address", async () => {
  await using mailServer = await startMailServer();
  await using api = await startApi({ mail: { url: mailServer.url, from: "ai-config@example.com" } });
  const token = "a token that nobody made";
  for (const [path, body] of [
    ["sign-in/email", { email: "kim@example.com", password: "wrong horse battery" }],
    ["two-factor/verify-totp", { code: "123456" }],
    ["two-factor/verify-backup-code", { code: "abcde-fghij" }],
    ["request-password-reset", { email: "kim@example.com" }],
    ["reset-password", { token, newPassword: "correct horse battery" }],
    ["verify-email", { token }],
  ] as const) {
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 21; attempt += 1) {
      const stranger = new Person(api.url);
      const answer = await stranger.json("POST", `/api/auth/${path}`, body, { origin: api.url });
      statuses.push(answer.status);
    }
    expect([path, statuses.indexOf(429)]).toEqual([path, 20]);
  }
});

test("a batch counts each call also where its commas are written as escapes", async () => {
  await using api = await startApi({ writesPerMinute: 5 });
  const person = await dana(api);
  const names = Object.fromEntries(
    Array.from({ length: 6 }, (_, index) => [index, { name: `Batch ${index}` }]),
  );
  const procedures = Array(6).fill("organization.create").join("%2C");
  const batch = await person.json("POST", `/api/trpc/${procedures}?batch=1`, names);
  expect(batch.status).toBe(429);
  expect(JSON.stringify((await person.send("GET", "/api/trpc/organization.list")).body)).not.toContain(
    "Batch",
  );
});

test("a service token is counted by itself, and neither with its maker nor with another token", async () => {
  await using api = await startApi({ writesPerMinute: 4 });
  const person = await dana(api);
  const [organization] = await api.test.owner<{ id: string }[]>`select id from public.organizations`;
  const organizationId = organization?.id ?? "";
  const appOf = async (name: string) => {
    const { token } = await makeToken(person, organizationId, { name, actions: ["configurations:write"] });
    return new Person(api.url, { authorization: `Bearer ${token}` });
  };
  const [app, other] = [await appOf("Checkout"), await appOf("Search")];
  const owner = { type: "organization", organizationId };
  const write = (who: Person, temperature: number) =>
    who.json("POST", "/api/trpc/configuration.update", {
      owner,
      configName: "default",
      updates: { model: { temperature } },
    });
  const statuses: number[] = [];
  for (let index = 1; index <= 6; index += 1) statuses.push((await write(app, index / 10)).status);
  expect(statuses).toEqual([200, 200, 200, 200, 429, 429]);
  expect((await write(other, 0.7)).status).toBe(200);
  expect((await write(person, 0.8)).status).toBe(200);
});

test("one address changes only so much, however many accounts it has, and another is not concerned", async () => {
  await using api = await startApi({ writesPerMinute: 2, trustedProxies: 1 });
  const people: Person[] = [];
  for (let index = 0; index < 13; index += 1) {
    const person = new Person(api.url, { "x-forwarded-for": `192.0.2.${index}` });
    expect((await person.signUp(`person-${index}@example.com`)).status).toBe(200);
    people.push(person);
  }
  const from = (person: Person, address: string) =>
    person.json(
      "PATCH",
      "/api/ai-configuration",
      { configName: "default", updates: { model: { temperature: 0.5 } } },
      { "x-forwarded-for": address },
    );
  const statuses: number[] = [];
  for (const person of people.slice(0, 11))
    for (const _ of [1, 2]) statuses.push((await from(person, "198.51.100.7")).status);
  // Ten times what one of them may do.
  expect(statuses).toEqual([...Array(20).fill(200), 429, 429]);
  expect((await from(people[11] as Person, "198.51.100.7")).status).toBe(429);
  expect((await from(people[12] as Person, "198.51.100.8")).status).toBe(200);
});

test("who is not signed in is counted by address", async () => {
  await using api = await startApi({ writesPerMinute: 3 });
  const statuses: number[] = [];
  for (let index = 0; index < 5; index += 1) statuses.push((await change(new Person(api.url), 0.5)).status);
  expect(statuses).toEqual([401, 401, 401, 429, 429]);
});

test("a sign-up that is refused for its fields counts as well", async () => {
  await using api = await startApi({ writesPerMinute: 3 });
  const statuses: number[] = [];
  for (let index = 0; index < 5; index += 1) {
    statuses.push((await new Person(api.url).signUp("dana@example.com", { password: "short" })).status);
  }
  expect(statuses).toEqual([400, 400, 400, 429, 429]);
});

test("all processes count together", async () => {
  await using api = await startApi();
  const databases = [1, 2, 3].map(() =>
    connect({ url: api.test.appUrl, maxConnections: 2, role: "ai_config_identity" }),
  );
  const limiters = databases.map((database) => createRequestLimiter(database, 30));
  const answers = await Promise.all(
    Array.from({ length: 90 }, (_, index) => limiters[index % limiters.length]?.take("account dana", 1)),
  );
  expect(answers.filter((wait) => wait === undefined)).toHaveLength(30);
  await Promise.all(databases.map((database) => database.close()));
});
