import { budgetWindow } from "@ai-config/config-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { BudgetAlert } from "../src/index.ts";
import { limitsOf, spend } from "../testing/admission/admission-kit.ts";
import { ask, type GovernedTest, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
beforeAll(async () => {
  governed = await startGoverned();
});
afterAll(() => governed[Symbol.asyncDispose]());

const model = { model: "claude-sonnet-5-5", maxTokens: 100 };

/** Keeps everybody from reading configurations, until it is disposed of. */
async function lockConfigurations(): Promise<AsyncDisposable & { waiting(): Promise<number> }> {
  const { owner } = governed.database;
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: locked, resolve: hold } = Promise.withResolvers<void>();
  const holding = owner.begin(async (tx) => {
    await tx`lock table private.user_snapshots, public.ai_configurations in access exclusive mode`;
    hold();
    await released;
  });
  await locked;
  return {
    async waiting() {
      const [row] = await owner`
        select count(*)::int as count from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`;
      return row?.count as number;
    },
    async [Symbol.asyncDispose]() {
      release();
      await holding;
    },
  };
}

test("who leaves while the configuration is read has the answer at once", async () => {
  const { messages } = governed.claude.forUser(await governed.database.createUser());
  await using lock = await lockConfigurations();
  const leaving = new AbortController();
  const call = messages.create(ask, { signal: leaving.signal });
  const stream = messages.stream(ask);
  const outcomes = Promise.allSettled([call, stream.done(), stream.governed]);
  await expect.poll(() => lock.waiting()).toBe(1);
  leaving.abort();
  stream.abort();
  for (const outcome of await outcomes) {
    expect(outcome).toMatchObject({ status: "rejected", reason: { message: "Request was aborted." } });
  }
  // Nobody has stopped reading yet.
  expect(await lock.waiting()).toBe(1);
});

test("a configuration that cannot be read in time is the last known one, or refuses the call", async () => {
  const userId = await governed.makeUser({ settings: { model } });
  const { messages } = governed.claude.forUser(userId);
  await messages.create(ask);
  governed.ctx.cache.forgetUser(userId);
  const stranger = governed.claude.forUser(await governed.database.createUser());
  await using _ = await lockConfigurations();
  const [message, refused] = await Promise.allSettled([messages.create(ask), stranger.messages.create(ask)]);
  expect(message).toMatchObject({
    status: "fulfilled",
    value: { governed: { isStale: true, model: model.model } },
  });
  expect(refused).toMatchObject({ status: "rejected", reason: { code: "DATABASE_UNAVAILABLE" } });
});

test("limits that could not be read anew make no alert due", async () => {
  const id = await governed.database.createUser();
  const alerts: BudgetAlert[] = [];
  const own = governed.restart({ onAlert: (alert) => void alerts.push(alert) }).forUser(id);
  await own.budgets();
  const windows = [budgetWindow("daily", new Date(governed.clock.now()), "UTC")];
  const budget = { period: "daily", limit: "1000", enforcement: "block", thresholds: [], windows } as const;
  await spend(governed.store, limitsOf({ kind: "user", id }, { budgets: [budget] }), "60");
  governed.ctx.cache.forgetUser(id);
  {
    await using _ = await lockConfigurations();
    expect((await own.budgets())[0]).toMatchObject({ spent: "60", limit: "100" });
    expect(alerts).toEqual([]);
  }
  governed.ctx.cache.forgetUser(id);
  await own.budgets();
  expect(alerts).toMatchObject([{ period: "daily", threshold: 0.5, limit: "100", spent: "60" }]);
});
