import { type FakeAnthropic, startFakeAnthropic } from "@ai-config/runtime/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

import { freePort } from "./support/free-port.ts";
import { makeToken } from "./support/make-token.ts";
import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

let anthropic: FakeAnthropic;
let api: TestApi;
let people = 0;
const mine = { type: "user" };
const key = `sk-ant-api03-${"k".repeat(40)}`;
const model = { model: "claude-sonnet-5-5", maxTokens: 50 };
/** 10 tokens at $2 and 20 at $10 for a million are spent, more than half of it. */
const LOW = 0.0004;
const due = { period: "daily", threshold: 0.5, limit: "0.0004", spent: "0.00022" };

beforeAll(async () => {
  anthropic = await startFakeAnthropic();
  api = await startApi({ environment: { ANTHROPIC_API_BASE_URL: `${anthropic.url}/v1` } });
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
  await anthropic?.[Symbol.asyncDispose]();
});

const query = async (person: Person, name: string, input: object) => {
  const { body } = await person.send(
    "GET",
    `/api/trpc/${name}?input=${encodeURIComponent(JSON.stringify(input))}`,
  );
  return (body as { result: { data: Record<string, unknown> } }).result.data;
};
const call = async (person: Person, name: string, input: object) => {
  const { status, body } = await person.json("POST", `/api/trpc/${name}`, input);
  expect([name, status, status === 200 ? "" : body]).toEqual([name, 200, ""]);
  return (body as { result: { data: Record<string, unknown> } }).result.data;
};
const alertsOf = async (person: Person, owner: object = mine) =>
  (await query(person, "alerts.list", { owner })).alerts;
const daily = (dailyBudget: number) => ({ costBudget: { dailyBudget, alertThresholds: [0.5] } });
const update = (person: Person, configName: string, updates: object, owner: object = mine) =>
  call(person, "configuration.update", { owner, configName, updates });

/** Somebody with a low row under a wide one, which was low before, and one call that was made under that. */
async function startSpent(under: TestApi = api) {
  const person = new Person(under.url);
  people += 1;
  const name = `Person ${people}`;
  await person.signUp(`person-${people}@acme.example`, { name });
  const [account] = await under.test.owner<{ id: string; organizationId: string }[]>`
    select u.id, m.organization_id as "organizationId" from auth.users u
    join public.organization_members m on m.user_id = u.id where u.name = ${name}`;
  const { id = "", organizationId = "" } = account ?? {};
  await call(person, "key.rotate", { owner: mine, newKey: key });
  await update(person, "low", { model, ...daily(LOW) });
  await update(person, "wide", daily(LOW));
  await update(person, "wide", daily(0.5));
  return { person, id, organizationId };
}

async function spend(person: Person, organizationId?: string): Promise<void> {
  anthropic.script({ text: "Hello.", usage: { inputTokens: 10, outputTokens: 20 } });
  await call(person, "claude.test", { prompt: "Hello", organizationId });
}

const rest = async (person: Person, method: string, body: object) =>
  expect(await person.json(method, "/api/ai-configuration", body)).toMatchObject({ status: 200 });

test.each<[string, (person: Person) => Promise<unknown>]>([
  ["saving a row", (person) => update(person, "wide", daily(LOW))],
  ["deleting a row", (person) => call(person, "configuration.delete", { owner: mine, configName: "wide" })],
  [
    "taking a row out of force",
    async (person) => {
      const rows = (await query(person, "configuration.list", { owner: mine })) as unknown as {
        id: string;
        configName: string;
      }[];
      const configId = rows.find(({ configName }) => configName === "wide")?.id;
      await call(person, "configuration.toggle", { configId, isActive: false });
    },
  ],
  [
    "restoring what a row was",
    async (person) => {
      const { entries } = (await query(person, "audit.list", { owner: mine })) as {
        entries: { id: string; configName: string | null; version: number }[];
      };
      const first = entries.find(({ configName, version }) => configName === "wide" && version === 1);
      await call(person, "configuration.restore", { owner: mine, auditId: first?.id });
    },
  ],
  ["a patch by REST", (person) => rest(person, "PATCH", { configName: "wide", updates: daily(LOW) })],
  ["a deletion by REST", (person) => rest(person, "DELETE", { configName: "wide" })],
])("%s that lowers a limit below what is spent makes its alert at once, and once", async (_, change) => {
  const { person } = await startSpent();
  await spend(person);
  expect(await alertsOf(person)).toEqual([]);
  await change(person);
  expect(await alertsOf(person)).toMatchObject([due]);
  await query(person, "budget.status", {});
  await update(person, "wide", daily(LOW));
  expect(await alertsOf(person)).toHaveLength(1);
});

test("what an organization shares is looked at when its policy or its thresholds are changed", async () => {
  const { person, organizationId } = await startSpent();
  const ours = { type: "organization", organizationId };
  await update(person, "default", { costBudget: { alertThresholds: [0.9] } }, ours);
  await spend(person, organizationId);
  await call(person, "policy.set", { organizationId, policy: { pool: { dailyBudget: LOW } } });
  expect(await alertsOf(person, ours)).toEqual([]);
  await update(person, "default", { costBudget: { alertThresholds: [0.5, 0.9] } }, ours);
  expect(await alertsOf(person, ours)).toMatchObject([due]);
  await call(person, "policy.set", { organizationId, policy: { pool: { dailyBudget: 0.00022 } } });
  expect(await alertsOf(person, ours)).toMatchObject([
    { threshold: 0.9, limit: "0.00022" },
    { threshold: 0.5, limit: "0.00022" },
    due,
  ]);
});

test("a member finds what the organization changed for all of them when they look", async () => {
  const admin = await startSpent();
  const member = await startSpent();
  await api.test.addMember(admin.organizationId, member.id, "member");
  await call(member.person, "organization.setDefault", { organizationId: admin.organizationId });
  await spend(member.person);
  const policy = { fields: { "costBudget.dailyBudget": { max: LOW } } };
  await call(admin.person, "policy.set", { organizationId: admin.organizationId, policy });
  expect(await alertsOf(member.person)).toEqual([]);
  const { budgets } = await query(member.person, "budget.status", {});
  expect(budgets).toMatchObject([{ limit: "0.0004", spent: "0.00022" }, {}, {}]);
  expect(await alertsOf(member.person)).toMatchObject([due]);
});

test("whoever makes an organization their default is told of the limits it has for them", async () => {
  const admin = await startSpent();
  const member = await startSpent();
  await api.test.addMember(admin.organizationId, member.id, "member");
  const policy = { fields: { "costBudget.dailyBudget": { max: LOW } } };
  await call(admin.person, "policy.set", { organizationId: admin.organizationId, policy });
  await spend(member.person);
  await call(member.person, "organization.setDefault", { organizationId: admin.organizationId });
  expect(await alertsOf(member.person)).toMatchObject([due]);
});

test("a token changes an organization's configuration though it has no budgets to look at", async () => {
  const { person, organizationId } = await startSpent();
  const ours = { type: "organization", organizationId };
  const { token } = await makeToken(person, organizationId, {
    name: "Deploy",
    actions: ["configurations:write"],
  });
  const deploy = new Person(api.url, { authorization: `Bearer ${token}` });
  await update(deploy, "default", { costBudget: { alertThresholds: [0.5] } }, ours);
});

test("a change is made although its budgets cannot be looked at, and the log says so without secrets", async () => {
  const port = await freePort();
  await using away = await startApi({ redisUrl: `redis://127.0.0.1:${port}/0` });
  const { person } = await startSpent(away);
  expect(await query(person, "configuration.effective", {})).toMatchObject({
    configuration: { costBudget: { dailyBudget: 0.5 } },
  });
  const lines = away
    .logged()
    .split("\n")
    .filter((line) => line.includes("Budgets could not be looked at after a change."));
  expect(lines).toHaveLength(3);
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ name: "AIConfigError", requestId: expect.any(String) });
  expect(away.logged()).not.toContain(key);
});
