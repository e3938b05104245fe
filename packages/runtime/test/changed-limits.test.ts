import { afterAll, beforeAll, expect, test } from "vitest";

import { type BudgetAlert, createMemoryStore, type GovernedClaudeOptions } from "../src/index.ts";
import { failures } from "../testing/index.ts";
import { ask, type GovernedTest, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
beforeAll(async () => {
  governed = await startGoverned();
});
afterAll(() => governed[Symbol.asyncDispose]());

const model = { model: "claude-sonnet-5-5", maxTokens: 100 };
const one = { requestsPerMinute: 100_000, burstAllowance: 1_000, concurrentRequests: 1 };

/** An account one of whose calls runs until it is ended, while the next one waits for its slot. */
async function startWaiting(settings: object = {}, wanted: object = {}) {
  const userId = await governed.makeUser({ settings: { model, rateLimiting: one, ...settings } });
  const { store, admissions } = countedStore();
  const { messages } = governed.restart({ store, limitWaitMs: 60_000 }).forUser(userId);
  governed.server.script(failures.hang());
  const leaving = new AbortController();
  const before = governed.sent().length;
  const running = expect(messages.create(ask, { signal: leaving.signal })).rejects.toThrow("aborted");
  await expect.poll(() => governed.sent().length).toBe(before + 1);
  const waiting = messages.create({ ...ask, ...wanted });
  await expect.poll(admissions).toBe(2);
  const endRunning = () => {
    leaving.abort();
    return running;
  };
  return { userId, waiting, endRunning };
}

function countedStore() {
  const memory = createMemoryStore();
  let count = 0;
  const store: GovernedClaudeOptions["store"] = {
    ...memory,
    admit(request) {
      count += 1;
      return memory.admit(request);
    },
  };
  return { store, admissions: () => count };
}

test("a budget that is lowered while a call waits is held to when its turn comes", async () => {
  const { userId, waiting, endRunning } = await startWaiting();
  const refused = expect(waiting).rejects.toMatchObject({
    code: "LIMIT_REACHED",
    details: { limit: "dailyBudget", allowed: "0.0001" },
  });
  await governed.configure(userId, { costBudget: { dailyBudget: 0.0001 } });
  const before = governed.sent().length;
  await endRunning();
  await refused;
  expect(governed.sent()).toHaveLength(before);
});

test("an alert that a lowered limit made due is heard when somebody looks, and by the next call not again", async () => {
  const costBudget = { dailyBudget: 1, alertThresholds: [0.5] };
  const userId = await governed.makeUser({ settings: { model, costBudget } });
  const alerts: BudgetAlert[] = [];
  const own = governed.restart({ onAlert: (alert) => void alerts.push(alert) }).forUser(userId);
  governed.server.script({ text: "Hello.", usage: { inputTokens: 0, outputTokens: 100 } });
  await own.messages.create(ask);
  await own.budgets();
  expect(alerts).toEqual([]);
  // 100 tokens at $10 for a million are spent.
  await governed.configure(userId, { costBudget: { dailyBudget: 0.00125 } });
  expect((await own.budgets())[0]).toMatchObject({ spent: "0.001", limit: "0.00125" });
  const due = [{ period: "daily", threshold: 0.5, limit: "0.00125", spent: "0.001" }];
  expect(alerts).toMatchObject(due);
  await own.budgets();
  await expect(own.messages.create(ask)).rejects.toMatchObject({ code: "LIMIT_REACHED" });
  expect(alerts).toMatchObject(due);
});

test("a limit that is raised while a call waits lets it run beside the one it waited for", async () => {
  const { userId, waiting, endRunning } = await startWaiting();
  await governed.configure(userId, { rateLimiting: { concurrentRequests: 2 } });
  expect((await waiting).governed).toMatchObject({ outcome: "success", waits: [{ reason: "limit" }] });
  await endRunning();
});

test("a model without a price is refused by a budget that begins to block while its call waits", async () => {
  const costBudget = { dailyEnforcement: "warn", weeklyEnforcement: "warn", monthlyEnforcement: "warn" };
  const wanted = { model: "claude-of-tomorrow" };
  const { userId, waiting, endRunning } = await startWaiting({ costBudget }, wanted);
  const refused = expect(waiting).rejects.toMatchObject({ code: "PRICE_UNKNOWN" });
  await governed.configure(userId, { costBudget: { dailyEnforcement: "block" } });
  await endRunning();
  await refused;
});

test("what is sent again at a price is admitted under the limits of then, and so is the next model", async () => {
  const chain = { fallbackModels: ["claude-haiku-5-5"] };
  for (const [maxRetries, options, failure] of [
    [1, {}, failures.resetStream(1)],
    [0, chain, failures.overloaded()],
  ] as const) {
    const retryStrategy = { maxRetries, backoffType: "fixed", baseDelay: 5, maxDelay: 5 };
    const userId = await governed.makeUser({ settings: { model, retryStrategy } });
    let legs = 0;
    const store = {
      ...governed.store,
      async settle(settlement: Parameters<typeof governed.store.settle>[0]) {
        const settled = await governed.store.settle(settlement);
        legs += 1;
        if (legs === 1) await governed.configure(userId, { costBudget: { dailyBudget: 0.0001 } });
        return settled;
      },
    };
    const { messages } = governed.restart({ store }).forUser(userId, options);
    governed.server.script(failure);
    const before = governed.sent().length;
    await expect(messages.create({ ...ask, max_tokens: 4_096 })).rejects.toMatchObject({
      code: "PROVIDER_UNAVAILABLE",
    });
    expect(governed.sent()).toHaveLength(before + 1);
  }
});

test("a call stays with the organization it began in, and not longer than its account does", async () => {
  const organizationId = await governed.makeOrganization({ pool: { concurrentRequests: 1 } });
  const userId = await governed.makeUser({ settings: { model }, organizationId });
  const { store, admissions } = countedStore();
  const claude = governed.restart({ store, limitWaitMs: 60_000 });
  const { messages } = claude.forUser(userId, { organizationId });
  governed.server.script(failures.hang());
  const leaving = new AbortController();
  const before = governed.sent().length;
  const running = expect(messages.create(ask, { signal: leaving.signal })).rejects.toThrow("aborted");
  await expect.poll(() => governed.sent().length).toBe(before + 1);
  const waiting = expect(messages.create(ask)).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect.poll(admissions).toBe(2);
  await governed.database.owner`
    delete from public.organization_members where organization_id = ${organizationId} and user_id = ${userId}`;
  governed.ctx.cache.forgetUser(userId);
  leaving.abort();
  await running;
  await waiting;
});
