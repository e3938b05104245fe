import { type FakeAnthropic, startFakeAnthropic } from "@ai-config/runtime/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

import { makeToken } from "./support/make-token.ts";
import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

let anthropic: FakeAnthropic;
let api: TestApi;
let dana: Person;
let kim: Person;
const ids = { acme: "", dana: "", kim: "" };
const hour = 3_600_000;
const around = () => ({
  from: new Date(Date.now() - hour).toISOString(),
  to: new Date(Date.now() + hour).toISOString(),
});

const query = (person: Person, name: string, input: object) =>
  person.send("GET", `/api/trpc/${name}?input=${encodeURIComponent(JSON.stringify(input))}`);
const call = (person: Person, name: string, input: object) => person.json("POST", `/api/trpc/${name}`, input);
const dataOf = ({ body }: { body: unknown }) =>
  (body as { result?: { data: Record<string, unknown> } }).result?.data ?? { refused: body };
const messagesOf = (body: unknown) => {
  const { error } = body as {
    error: { data: { aiConfig: { issues: { path: string; message: string }[] } } };
  };
  return Object.fromEntries(error.data.aiConfig.issues.map(({ path, message }) => [path, message]));
};
const ours = () => ({ type: "organization", organizationId: ids.acme });
const mine = { type: "user" };

beforeAll(async () => {
  anthropic = await startFakeAnthropic();
  api = await startApi({ environment: { ANTHROPIC_API_BASE_URL: `${anthropic.url}/v1` } });
  [dana, kim] = [new Person(api.url), new Person(api.url)];
  await dana.signUp("dana@acme.example", { name: "Dana" });
  await kim.signUp("kim@acme.example", { name: "Kim" });
  const { owner } = api.test;
  for (const { id, name } of await owner<{ id: string; name: string }[]>`select id, name from auth.users`) {
    ids[name === "Dana" ? "dana" : "kim"] = id;
  }
  const [acme] = await owner<{ id: string }[]>`
    select organization_id as id from public.organization_members where user_id = ${ids.dana}`;
  ids.acme = acme?.id ?? "";
  await api.test.addMember(ids.acme, ids.kim, "member");
  await call(dana, "key.rotate", { owner: ours(), newKey: `sk-ant-api03-${"k".repeat(40)}` });
  await call(dana, "policy.set", {
    organizationId: ids.acme,
    policy: { pool: { dailyBudget: 0.001, monthlyBudget: 50 } },
  });
  await call(dana, "configuration.update", {
    owner: ours(),
    configName: "default",
    updates: {
      model: { model: "claude-sonnet-5-5", maxTokens: 50 },
      costBudget: { timeZone: "Europe/Berlin", alertThresholds: [0.2, 0.9] },
    },
  });
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
  await anthropic?.[Symbol.asyncDispose]();
});

test("a test call answers with what governed it, and is booked", async () => {
  anthropic.script({ text: "Hello, Dana.", usage: { inputTokens: 10, outputTokens: 20 } });
  const answer = dataOf(await call(dana, "claude.test", { prompt: "Hello", organizationId: ids.acme }));
  expect(answer).toMatchObject({
    text: "Hello, Dana.",
    model: "claude-sonnet-5-5",
    inputTokens: 10,
    outputTokens: 20,
    contentTypes: ["text"],
    durationMs: expect.any(Number),
    governed: {
      cost: { amount: "0.00022", basis: "exact" },
      keySlot: "primary",
      attempts: [{ status: 200, failure: null }],
      waits: [],
    },
  });
  const effective = dataOf(await query(dana, "configuration.effective", { organizationId: ids.acme }));
  const { governed } = answer as { governed: { id: string; configurationVersion: string } };
  await expect
    .poll(
      () =>
        api.test
          .owner`select id, configuration_version from public.ai_usage_events where user_id = ${ids.dana}`,
    )
    .toEqual([{ id: governed.id, configuration_version: governed.configurationVersion }]);
  expect(effective.etag).toBe(`"${governed.configurationVersion}"`);
  const status = dataOf(await query(dana, "budget.status", { organizationId: ids.acme }));
  expect(status).toMatchObject({ timeZones: { user: "Europe/Berlin", organization: "Europe/Berlin" } });
  const budgets = status.budgets as { scope: { kind: string }; period: string }[];
  expect(budgets.map(({ scope, period }) => `${scope.kind} ${period}`)).toEqual([
    "user daily",
    "user weekly",
    "user monthly",
    "organization daily",
    "organization monthly",
  ]);
  expect(budgets[3]).toMatchObject({ limit: "0.001", spent: "0.00022", reserved: "0", left: "0.00078" });
  expect(budgets[3]).toMatchObject({ enforcement: "block", thresholds: [0.2, 0.9] });
});

test("a call that the shared budget has no room for is refused before anything is sent", async () => {
  const before = anthropic.requests.length;
  // So much text that its reservation alone is more than what is left.
  const refused = await call(dana, "claude.test", { prompt: "word ".repeat(390), organizationId: ids.acme });
  expect(refused).toMatchObject({
    status: 429,
    body: {
      error: {
        data: {
          aiConfig: {
            code: "LIMIT_REACHED",
            limit: {
              limit: "dailyBudget",
              scope: { kind: "organization", id: ids.acme },
              allowed: "0.001",
              used: "0.00022",
              budget: { resetsAt: expect.stringMatching(/^\d{4}-/) },
            },
          },
        },
      },
    },
  });
  // It can cost more than the whole budget, so no time is worth waiting for.
  expect(refused.headers.get("retry-after")).toBeNull();
  expect(anthropic.requests.length).toBe(before);
});

test("a call beyond its rate is refused with the rate's figures, and with when to ask again", async () => {
  const hasty = new Person(api.url);
  await hasty.signUp("hasty@example.com");
  await call(hasty, "key.rotate", { owner: mine, newKey: `sk-ant-api03-${"h".repeat(40)}` });
  await call(hasty, "configuration.update", {
    owner: mine,
    configName: "default",
    updates: { rateLimiting: { requestsPerMinute: 2, burstAllowance: 0 } },
  });
  expect((await call(hasty, "claude.test", { prompt: "Hi" })).status).toBe(200);
  const refused = await call(hasty, "claude.test", { prompt: "Hi" });
  expect(refused).toMatchObject({
    status: 429,
    body: {
      error: {
        message: expect.stringContaining("1 of 1 taken, and 2 a minute come back"),
        data: {
          aiConfig: {
            limit: { limit: "requestsPerMinute", scope: { kind: "user" }, allowed: 2, used: 1, atOnce: 1 },
          },
        },
      },
    },
  });
  const { retryAfterMs } = (refused.body as { error: { data: { aiConfig: { retryAfterMs: number } } } }).error
    .data.aiConfig;
  expect(retryAfterMs).toBeGreaterThan(20_000);
  expect(refused.headers.get("retry-after")).toBe(String(Math.ceil(retryAfterMs / 1_000)));
});

test("a test call ends when whoever asked goes away, which is no bug, and nothing stays held", async () => {
  const leaver = new Person(api.url);
  await leaver.signUp("leaver@example.com");
  await call(leaver, "key.rotate", { owner: mine, newKey: `sk-ant-api03-${"l".repeat(40)}` });
  anthropic.script({ text: "Too late.", delayMs: 600_000 });
  const before = anthropic.requests.length;
  const leaving = new AbortController();
  const left = expect(
    fetch(`${api.url}/api/trpc/claude.test`, {
      method: "POST",
      headers: { "content-type": "application/json", cookie: leaver.cookie, "x-request-id": "left-alone" },
      body: JSON.stringify({ prompt: "Hi" }),
      signal: leaving.signal,
    }),
  ).rejects.toThrow();
  await expect.poll(() => anthropic.requests.length).toBe(before + 1);
  leaving.abort();
  await left;
  await expect.poll(() => anthropic.requests.at(-1)?.aborted).toBe(true);
  const lines = () =>
    api
      .logged()
      .split("\n")
      .filter((line) => line.includes("left-alone"));
  await expect.poll(lines).toEqual([expect.stringContaining('"status":499')]);
  // What may have been written until then is booked.
  await expect
    .poll(async () => dataOf(await query(leaver, "usage.summary", { owner: mine, ...around() })))
    .toMatchObject({ calls: 1, failures: 0 });
  const { budgets } = dataOf(await query(leaver, "budget.status", {})) as { budgets: object[] };
  expect(budgets).toMatchObject([{ reserved: "0" }, { reserved: "0" }, { reserved: "0" }]);
});

test("usage adds up for the account, and for the organization's admins alone", async () => {
  anthropic.script({ text: "Hello, Kim.", usage: { inputTokens: 1, outputTokens: 2 } });
  expect((await call(kim, "claude.test", { prompt: "Hi", organizationId: ids.acme })).status).toBe(200);
  const all = { calls: 2, failures: 0, inputTokens: 11, outputTokens: 22, cost: "0.000242" };
  expect(dataOf(await query(dana, "usage.summary", { owner: ours(), ...around() }))).toMatchObject({
    ...all,
    models: [{ model: "claude-sonnet-5-5", ...all }],
  });
  expect(dataOf(await query(kim, "usage.summary", { owner: mine, ...around() }))).toMatchObject({ calls: 1 });
  for (const name of ["usage.summary", "alerts.list"]) {
    const input = name === "alerts.list" ? { owner: ours() } : { owner: ours(), ...around() };
    expect([name, (await query(kim, name, input)).status]).toEqual([name, 403]);
  }

  const series = (more: object) =>
    query(dana, "usage.series", { owner: ours(), ...around(), step: "hour", ...more });
  const byUser = dataOf(await series({ groupBy: "user" })) as unknown as { group: string; calls: number }[];
  expect(new Map(byUser.map(({ group, calls }) => [group, calls]))).toEqual(
    new Map([
      [ids.dana, 1],
      [ids.kim, 1],
    ]),
  );
  const byKey = dataOf(await series({ groupBy: "key", step: "day", timeZone: "Asia/Tokyo" }));
  expect(byKey).toMatchObject([{ group: "primary", calls: 2 }]);
});

const DAY = { from: "2026-11-01T00:00:00Z", to: "2026-11-02T00:00:00Z" };
const LONG = { from: "2025-01-01T00:00:00Z", to: "2026-02-06T00:00:00.001Z" };

test.each<[string, object, Record<string, string>]>([
  ["that ends as it begins", { to: DAY.from }, { to: "Must be later than the beginning." }],
  ["that ends before", { from: DAY.to, to: DAY.from }, { to: "Must be later than the beginning." }],
  ["longer than anybody waits", LONG, { to: "Must be within 400 days of the beginning." }],
  [
    "of a day that is none",
    { from: "2026-02-30T00:00:00Z" },
    { from: "Must be a time with its offset, such as 2026-11-24T08:00:00Z." },
  ],
  ["of a number", { from: 1 }, { from: "Must be text, not a number." }],
  [
    "of a year that no database counts",
    { from: "0000-01-01T00:00:00Z", to: "0000-01-02T00:00:00Z" },
    {
      from: "Must be a time of the years 1900 to 9998.",
      to: "Must be a time of the years 1900 to 9998.",
    },
  ],
  [
    "past the last year",
    { from: "9998-12-31T00:00:00Z", to: "9998-12-31T23:59:59-01:00" },
    { to: "Must be a time of the years 1900 to 9998." },
  ],
  ["of a field that is none", { every: "day" }, { every: "There is no such field. Check the spelling." }],
])("a time %s is refused with the place and what to do", async (_, given, issues) => {
  for (const [name, more] of [
    ["usage.summary", {}],
    ["usage.series", { step: "day", timeZone: "Europe/Berlin" }],
  ] as const) {
    const { status, body } = await query(dana, name, { owner: mine, ...DAY, ...more, ...given });
    expect([name, status, messagesOf(body)]).toEqual([name, 400, issues]);
  }
});

test("a year and a month is not too long to ask about", async () => {
  const window = { ...LONG, to: "2026-02-05T00:00:00Z" };
  expect((await query(dana, "usage.summary", { owner: mine, ...window })).status).toBe(200);
});

test.each(["Mars/Olympus", "UTC+3", "+02:00", "abc5", "<x>-3", "12"])(
  "%s is no time zone, whatever a database makes of it",
  async (timeZone) => {
    const { status, body } = await query(dana, "usage.series", {
      owner: mine,
      ...DAY,
      step: "day",
      timeZone,
    });
    expect([status, messagesOf(body)]).toEqual([
      400,
      { timeZone: "Must be a time zone by its name, such as Europe/Berlin." },
    ]);
  },
);

test("a threshold that was crossed is told once, to whom the budget belongs", async () => {
  const { alerts } = dataOf(await query(dana, "alerts.list", { owner: ours() })) as { alerts: object[] };
  expect(alerts).toMatchObject([{ period: "daily", threshold: 0.2, limit: "0.001", spent: "0.00022" }]);
  expect(dataOf(await query(kim, "alerts.list", { owner: mine }))).toEqual({ alerts: [], next: null });
  const { token } = await makeToken(dana, ids.acme, { name: "Billing", actions: ["usage:read"] });
  const billing = new Person(api.url, { authorization: `Bearer ${token}` });
  expect(dataOf(await query(billing, "alerts.list", { owner: ours() }))).toEqual({ alerts, next: null });
  expect(dataOf(await query(billing, "usage.summary", { owner: ours(), ...around() }))).toMatchObject({
    calls: 2,
  });
  expect((await call(billing, "claude.test", { prompt: "Hi" })).status).toBe(403);
});

test("nobody sees or spends of an organization they do not belong to", async () => {
  const stranger = new Person(api.url);
  await stranger.signUp("stranger@example.com");
  for (const [name, input] of [
    ["budget.status", { organizationId: ids.acme }],
    ["usage.summary", { owner: ours(), ...around() }],
    ["usage.series", { owner: ours(), ...around(), step: "day" }],
    ["alerts.list", { owner: ours() }],
  ] as const) {
    expect([name, (await query(stranger, name, input)).status]).toEqual([name, 404]);
  }
  const vic = new Person(api.url);
  await vic.signUp("vic@example.com", { name: "Vic" });
  const [viewer] = await api.test.owner<{ id: string }[]>`select id from auth.users where name = 'Vic'`;
  await api.test.addMember(ids.acme, viewer?.id ?? "", "viewer");
  const spending = await call(vic, "claude.test", { prompt: "Hi", organizationId: ids.acme });
  expect(spending.status).toBe(403);
  const refused = await call(stranger, "claude.test", { prompt: "Hi", organizationId: ids.acme });
  expect(refused.status).toBe(404);
});
