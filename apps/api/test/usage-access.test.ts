import { forecastSpend } from "@ai-config/config-core";
import { type FakeAnthropic, startFakeAnthropic } from "@ai-config/runtime/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { makeToken } from "./support/make-token.ts";
import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

interface Refused {
  message: string;
  data: { aiConfig: { issues?: { path: string; message: string }[] } };
}

let anthropic: FakeAnthropic;
let api: TestApi;
let dana: Person;
const ids = { dana: "", acme: "", borealis: "" };
const DAY = { from: "2026-11-01T00:00:00Z", to: "2026-11-02T00:00:00Z" };
const acme = () => ({ type: "organization", organizationId: ids.acme });
const mine = { type: "user" };

const query = (person: Person, name: string, input: object) =>
  person.send("GET", `/api/trpc/${name}?input=${encodeURIComponent(JSON.stringify(input))}`);
const call = (person: Person, name: string, input: object) => person.json("POST", `/api/trpc/${name}`, input);
// biome-ignore lint/suspicious/noExplicitAny: the answer of any procedure, of which each test expects its own shape.
const dataOf = ({ body }: { body: any }) => body.result?.data;
const refusalOf = ({ status, body }: { status: number; body: unknown }) => {
  const { error } = body as { error?: Refused };
  const issues = error?.data.aiConfig.issues ?? [];
  return {
    status,
    message: error?.message,
    issues: Object.fromEntries(issues.map(({ path, message }) => [path, message])),
  };
};
const issuesOf = async (answer: Promise<{ status: number; body: unknown }>) => refusalOf(await answer).issues;

beforeAll(async () => {
  anthropic = await startFakeAnthropic();
  api = await startApi({ environment: { ANTHROPIC_API_BASE_URL: `${anthropic.url}/v1` } });
  dana = new Person(api.url);
  await dana.signUp("dana@acme.example");
  const me = dataOf(await query(dana, "me.get", {}));
  [ids.dana, ids.acme] = [me.user.id, me.organizations[0].id];
  ids.borealis = dataOf(await call(dana, "organization.create", { name: "Borealis" })).id;
  await call(dana, "key.rotate", { owner: mine, newKey: `sk-ant-api03-${"k".repeat(40)}` });
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
  await anthropic?.[Symbol.asyncDispose]();
});

test("a token that may not read usage is told so, whatever it asks of it", async () => {
  const { token } = await makeToken(dana, ids.acme, { name: "Reader", actions: ["effective:read"] });
  const reader = new Person(api.url, { authorization: `Bearer ${token}` });
  for (const [name, input] of [
    ["usage.summary", DAY],
    ["usage.series", { ...DAY, step: "day" }],
    ["alerts.list", {}],
  ] as const) {
    const refusal = refusalOf(await query(reader, name, { owner: acme(), ...input }));
    expect([name, refusal]).toMatchObject([name, { status: 403, message: /action usage:read/ }]);
  }
});

describe("what nobody can mean", () => {
  const unknown = "There is no such field. Check the spelling.";

  test("of alerts", async () => {
    const of = (input: object) => issuesOf(query(dana, "alerts.list", { owner: mine, ...input }));
    expect(await of({ after: "1" })).toEqual({ after: unknown });
    expect(await of({ limit: 0 })).toEqual({ limit: "Must be 1 or more." });
    expect(await of({ limit: 201 })).toEqual({ limit: "Must be 200 or less." });
    for (const before of ["", "x", "-1", "1 ", "9".repeat(19)]) {
      expect([before, await of({ before })]).toEqual([
        before,
        { before: "Must be the end of a former page." },
      ]);
    }
  });

  test("of budgets, of a test call and of a time zone", async () => {
    expect(await issuesOf(query(dana, "budget.status", { userId: ids.dana }))).toEqual({ userId: unknown });
    const of = (input: object) => issuesOf(call(dana, "claude.test", input));
    expect(await of({ prompt: "Hi", model: "claude-opus-5-5" })).toEqual({ model: unknown });
    expect(await of({ prompt: " \n " })).toEqual({ prompt: "Must not be empty." });
    expect(await of({ prompt: "x".repeat(2_001) })).toEqual({ prompt: "Must be 2,000 characters or less." });
    const series = { owner: mine, ...DAY, step: "day", timeZone: "x".repeat(65) };
    expect(await issuesOf(query(dana, "usage.series", series))).toMatchObject({
      timeZone: "Must be 64 characters or less.",
    });
  });
});

test("a test call is small, however much may be written otherwise", async () => {
  const updates = { model: { model: "claude-sonnet-5-5", maxTokens: 8_000 } };
  await call(dana, "configuration.update", { owner: mine, configName: "default", updates });
  expect((await call(dana, "claude.test", { prompt: ` ${"x".repeat(2_000)} ` })).status).toBe(200);
  expect(anthropic.requests.at(-1)?.body).toMatchObject({ model: "claude-sonnet-5-5", max_tokens: 256 });
});

test("budgets are those of the organization that is asked about, in its own time zone", async () => {
  const { acme: first, borealis } = ids;
  for (const [organizationId, dailyBudget, timeZone] of [
    [first, 20, "Europe/Berlin"],
    [borealis, 30, "America/New_York"],
  ] as const) {
    const owner = { type: "organization", organizationId };
    await call(dana, "policy.set", { organizationId, policy: { pool: { dailyBudget } } });
    const updates = { costBudget: { timeZone } };
    await call(dana, "configuration.update", { owner, configName: "default", updates });
  }
  const updates = { costBudget: { timeZone: "Asia/Tokyo", alertThresholds: [0.3] } };
  await call(dana, "configuration.update", { owner: mine, configName: "default", updates });
  const sharedOf = async (input: object) => {
    const { budgets, timeZones } = dataOf(await query(dana, "budget.status", input));
    const shared = budgets.filter(({ scope }: { scope: { kind: string } }) => scope.kind === "organization");
    return { timeZones, shared, own: budgets[0] };
  };
  const ours = await sharedOf({});
  expect(ours).toMatchObject({
    timeZones: { user: "Asia/Tokyo", organization: "Europe/Berlin" },
    shared: [{ scope: { id: first }, period: "daily", limit: "20", thresholds: [0.5, 0.75, 0.9] }],
    own: { thresholds: [0.3] },
  });
  const theirs = await sharedOf({ organizationId: borealis });
  expect(theirs).toMatchObject({
    timeZones: { user: "Asia/Tokyo", organization: "America/New_York" },
    shared: [{ scope: { id: borealis }, period: "daily", limit: "30" }],
  });
  for (const [{ resetsAt }, timeZone] of [
    [ours.own, "Asia/Tokyo"],
    [ours.shared[0], "Europe/Berlin"],
    [theirs.shared[0], "America/New_York"],
  ]) {
    const shown = new Date(resetsAt).toLocaleTimeString("en-GB", { timeZone });
    expect([timeZone, shown]).toEqual([timeZone, "00:00:00"]);
  }
});

test("what running calls hold is told beside what is spent, and is not left", async () => {
  expect((await call(dana, "claude.test", { prompt: "Hi" })).status).toBe(200);
  await api.test.owner`select private.fold_tallies(${[`user:${ids.dana}`]})`;
  for (const [period, spent, reserved] of [
    ["daily", 90, 9.5],
    ["weekly", 499, 7],
  ] as const) {
    await api.test.owner`update private.budget_windows set spent = ${spent}, reserved = ${reserved}
      where scope = ${`user:${ids.dana}`} and period = ${period} and ends_at > now()`;
  }
  const { budgets } = dataOf(await query(dana, "budget.status", {}));
  expect(budgets).toMatchObject([
    { period: "daily", spent: "90", reserved: "9.5", left: "0.5" },
    { period: "weekly", spent: "499", reserved: "7", left: "0" },
    { period: "monthly" },
    { period: "daily" },
  ]);
  for (const { spent, startsAt, resetsAt, forecast } of budgets.slice(0, 2)) {
    const [start, end] = [Date.parse(startsAt), Date.parse(resetsAt)];
    const fromNow = forecastSpend({ spent, startsAt: new Date(start), resetsAt: new Date(end) }, new Date());
    // The clock has moved on since, by less than a part in ten thousand of a day.
    if (forecast === null || fromNow === null) expect(Date.now() - start).toBeLessThan((end - start) * 0.03);
    else expect(Number(fromNow) / Number(forecast)).toBeCloseTo(1, 2);
  }
});

test("a member does not get past a capped budget by another day or by a warning", async () => {
  const kim = new Person(api.url);
  await kim.signUp("kim@acme.example", { name: "Kim" });
  const kimId = dataOf(await query(kim, "me.get", {})).user.id;
  const organizationId = dataOf(await call(dana, "organization.create", { name: "Capped" })).id;
  await api.test.addMember(organizationId, kimId, "member");
  const set = (person: Person, owner: object, updates: object) =>
    call(person, "configuration.update", { owner, configName: "default", updates });
  await set(dana, { type: "organization", organizationId }, { model: { model: "claude-sonnet-5-5" } });
  await call(kim, "key.rotate", { owner: mine, newKey: `sk-ant-api03-${"m".repeat(40)}` });
  const fields = { "costBudget.dailyBudget": { max: 0.005 } };
  expect((await call(dana, "policy.set", { organizationId, policy: { fields } })).status).toBe(200);
  const ask = async () => {
    anthropic.script({ text: "Hello.", usage: { inputTokens: 0, outputTokens: 250 } });
    return (await call(kim, "claude.test", { prompt: "Hi", organizationId })).status;
  };
  expect([await ask(), await ask()]).toEqual([200, 429]);
  for (const timeZone of ["Asia/Tokyo", "America/Los_Angeles", "Pacific/Kiritimati"]) {
    const terms = { dailyEnforcement: "warn", timeZone };
    expect((await set(kim, mine, { costBudget: terms })).status).toBe(200);
    expect([timeZone, await ask()]).toEqual([timeZone, 429]);
  }
  const { budgets, timeZones } = dataOf(await query(kim, "budget.status", { organizationId }));
  expect(timeZones.user).toBe("UTC");
  expect(budgets[0]).toMatchObject({ limit: "0.005", spent: "0.0025", enforcement: "block" });
});

test("alerts come page by page, latest first, each once, with plain amounts", async () => {
  const ada = new Person(api.url);
  await ada.signUp("ada@acme.example", { name: "Ada" });
  const adaId = dataOf(await query(ada, "me.get", {})).user.id;
  for (let day = 1; day <= 5; day += 1) {
    await api.test.owner`
      insert into public.budget_alerts (user_id, period, threshold, limit_usd, spent, starts_at, resets_at)
      values (${adaId}, 'daily', 0.50, 10.00, ${day}, ${new Date(Date.UTC(2026, 0, day))},
        ${new Date(Date.UTC(2026, 0, day + 1))})`;
  }
  const pageOf = async (input: object) =>
    dataOf(await query(ada, "alerts.list", { owner: mine, limit: 2, ...input }));
  const pages: { spent: string }[][] = [];
  for (let next: string | null | undefined; next !== null; ) {
    const page = await pageOf({ before: next });
    pages.push(page.alerts);
    next = page.next;
  }
  expect(pages.map((page) => page.map(({ spent }) => spent))).toEqual([["5", "4"], ["3", "2"], ["1"]]);
  expect(pages[0]?.[0]).toMatchObject({
    threshold: 0.5,
    limit: "10",
    startsAt: "2026-01-05T00:00:00.000Z",
    resetsAt: "2026-01-06T00:00:00.000Z",
  });
  // A last page that is full has none after it.
  expect(await pageOf({ limit: 5 })).toMatchObject({ next: null });
});

test("an alert's id tells nothing of how many there are, and a page that ended elsewhere begins none", async () => {
  const add = async (owner: object) => {
    const [row] = await api.test.owner`
      insert into public.budget_alerts ${api.test.owner({ ...alertOf("monthly"), ...owner })} returning id::text as id`;
    return String(row?.id);
  };
  const theirs = await add({ organization_id: ids.borealis });
  const own = await add({ user_id: ids.dana });
  const { alerts } = dataOf(await query(dana, "alerts.list", { owner: mine, limit: 1 }));
  expect(alerts).toMatchObject([{ id: own }]);
  for (const id of [own, theirs]) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  for (const before of [theirs, "7"]) {
    const issues = await issuesOf(query(dana, "alerts.list", { owner: mine, before }));
    expect([before, issues]).toEqual([before, { before: "Must be the end of a former page." }]);
  }
});

test("every moment that is told of usage is written alike, as programs write them", async () => {
  const usage = { user_id: ids.dana, started_at: new Date("2026-11-01T07:30:00Z"), settled_at: new Date() };
  await api.test.owner`
    insert into public.ai_usage_events (id, model_asked, api_version, key_slot, duration_ms, attempts, outcome, is_stream,
      input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, web_searches, cost,
      cost_basis, user_id, started_at, settled_at)
    values (gen_random_uuid(), 'claude', '2023-06-01', 'primary', 1, 1, 'success', false, 1, 1, 0, 0, 0, 0, 0.1, 'exact',
      ${usage.user_id}, ${usage.started_at}, ${usage.settled_at})`;
  const answers = [
    await query(dana, "alerts.list", { owner: mine }),
    await query(dana, "budget.status", {}),
    await query(dana, "usage.series", { owner: mine, step: "hour", ...DAY }),
    await query(dana, "usage.series", { owner: mine, step: "day", timeZone: "Asia/Kolkata", ...DAY }),
  ];
  for (const answer of answers) {
    const moments = [...JSON.stringify(dataOf(answer)).matchAll(/"\w+At":"([^"]+)"/g)].map(
      ([, text]) => text,
    );
    expect(moments.length).toBeGreaterThan(0);
    for (const text of moments) expect(text).toBe(new Date(String(text)).toISOString());
  }
});

test("alerts that are told of at one moment come each once, page by page", async () => {
  const at = new Date("2027-01-01T00:00:00Z");
  for (let threshold = 1; threshold <= 5; threshold += 1) {
    await api.test.owner`insert into public.budget_alerts ${api.test.owner({
      ...alertOf("weekly"),
      user_id: ids.dana,
      threshold: threshold / 10,
      created_at: at,
    })}`;
  }
  const seen: number[] = [];
  let before: string | null | undefined;
  for (let page = 0; page < 5; page += 1) {
    const { alerts, next } = dataOf(await query(dana, "alerts.list", { owner: mine, limit: 1, before }));
    seen.push(alerts[0].threshold);
    before = next;
  }
  expect(seen.toSorted()).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
});

const alertOf = (period: string) => ({
  period,
  threshold: 0.5,
  limit_usd: 10,
  spent: 5,
  starts_at: new Date("2026-02-01T00:00:00Z"),
  resets_at: new Date("2026-03-01T00:00:00Z"),
});
