import { type FakeAnthropic, startFakeAnthropic } from "@ai-config/runtime/testing";
import { startRedis, type TestRedis } from "@ai-config/runtime/testing/redis";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { freePort } from "../test/support/free-port.ts";
import { Person } from "../test/support/person.ts";
import { startApi, type TestApi } from "../test/support/start-api.ts";

let anthropic: FakeAnthropic;
let port: number;
let redis: TestRedis;
let api: TestApi;
let dana: Person;

const query = async (name: string, input: object) => {
  const { body } = await dana.send(
    "GET",
    `/api/trpc/${name}?input=${encodeURIComponent(JSON.stringify(input))}`,
  );
  return (body as { result: { data: unknown } }).result.data;
};
const call = (name: string, input: object) => dana.json("POST", `/api/trpc/${name}`, input);
const testCall = async () => {
  anthropic.script({ text: "Hello.", usage: { inputTokens: 10_000, outputTokens: 200 } });
  return call("claude.test", { prompt: "Hello" });
};
const mine = { type: "user" };
const daily = async () => {
  const { budgets } = (await query("budget.status", {})) as {
    budgets: { spent: string; reserved: string }[];
  };
  return budgets[0];
};

beforeAll(async () => {
  port = await freePort();
  [anthropic, redis] = await Promise.all([startFakeAnthropic(), startRedis({ port })]);
  api = await startApi({
    environment: { ANTHROPIC_API_BASE_URL: `${anthropic.url}/v1` },
    redisUrl: `redis://127.0.0.1:${port}/0`,
  });
  dana = new Person(api.url);
  await dana.signUp("dana@acme.example", { name: "Dana" });
  await call("key.rotate", { owner: mine, newKey: `sk-ant-api03-${"k".repeat(40)}` });
  await call("configuration.update", {
    owner: mine,
    configName: "default",
    updates: { model: { model: "claude-sonnet-5-5", maxTokens: 300 }, costBudget: { dailyBudget: 0.0441 } },
  });
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
  await redis?.stop();
  await anthropic?.[Symbol.asyncDispose]();
});

test("budgets are counted in Redis; what is shown comes from there, the ledger and the alerts from the database", async () => {
  expect(await testCall()).toMatchObject({ status: 200 });
  expect(await testCall()).toMatchObject({ status: 200 });
  // 10,000 tokens at $2 and 200 at $10 for a million, twice.
  expect(await daily()).toMatchObject({ spent: "0.044", reserved: "0" });
  const { owner } = api.test;
  expect([...(await owner`select 1 from private.budget_windows`)]).toEqual([]);
  await vi.waitFor(async () => {
    expect([...(await owner`select cost::text as cost from public.ai_usage_events`)]).toHaveLength(2);
    const { alerts } = (await query("alerts.list", { owner: mine })) as { alerts: { threshold: number }[] };
    expect(alerts.map(({ threshold }) => threshold).toSorted()).toEqual([0.5, 0.75, 0.9]);
  });
  expect(await testCall()).toMatchObject({
    status: 429,
    body: { error: { data: { aiConfig: { code: "LIMIT_REACHED" } } } },
  });
});

test("while Redis is away calls are refused in words and all else goes on, and it is used again when it is back", async () => {
  await call("configuration.update", {
    owner: mine,
    configName: "default",
    updates: { costBudget: { dailyBudget: 5 } },
  });
  await redis.stop();
  const refused = await testCall();
  expect(refused).toMatchObject({
    status: 503,
    body: {
      error: {
        message: expect.stringContaining("Redis"),
        data: { aiConfig: { code: "DATABASE_UNAVAILABLE" } },
      },
    },
  });
  expect(await query("configuration.effective", {})).toMatchObject({ configuration: {} });
  redis = await startRedis({ port });
  await vi.waitFor(async () => expect(await testCall()).toMatchObject({ status: 200 }), { timeout: 15_000 });
  // The new server knows nothing: the day began with the two calls of the ledger.
  expect(await daily()).toMatchObject({ spent: "0.066" });
  expect(api.logged().match(/Redis cannot be used/g)).toHaveLength(1);
  expect(api.logged()).toContain("Redis is back.");
});
