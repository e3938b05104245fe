import { randomUUID } from "node:crypto";

import { AIConfigError, type BudgetPeriod } from "@ai-config/config-core";
import { expect } from "vitest";

import type { BudgetLimit, ScopeLimits } from "../../src/admission/admission-store.ts";
import {
  admit,
  ask,
  budgetOf,
  figuresOf,
  HOUR,
  limitsOf,
  MINUTE,
  plain,
  refuse,
  scopeOf,
  settle,
  spend,
  statusOf,
  thresholdsOf,
} from "./admission-kit.ts";
import type { StoreTest, StoreUnderTest } from "./store-under-test.ts";

const thresholds = [0.5, 0.8, 1];

/** An account of which `spent` is spent today, under whichever limit of the day. */
async function startSpent(under: StoreUnderTest, spent: string, given: Partial<BudgetLimit> = {}) {
  const scope = await scopeOf(under, "user");
  const base = await budgetOf(under, "100", { thresholds, ...given });
  const withLimit = (limit: string, more: Partial<BudgetLimit> = {}): ScopeLimits =>
    limitsOf(scope, { budgets: [{ ...base, ...more, limit }] });
  await spend(under.store, withLimit("100"), spent);
  const [window] = base.windows;
  return { scope, withLimit, startsAt: window?.start, resetsAt: window?.end };
}

export function describeReviews(always: StoreTest, inTime: StoreTest): void {
  always("tell what a lowered limit made due, once, and what is spent, held and left", async (under) => {
    const { scope, withLimit, startsAt, resetsAt } = await startSpent(under, "9");
    expect(await under.store.review([withLimit("100")])).toMatchObject({ alerts: [] });

    const { budgets, alerts } = await under.store.review([withLimit("10")]);
    expect(alerts).toMatchObject([
      { scope, period: "daily", threshold: 0.5, startsAt, resetsAt },
      { scope, period: "daily", threshold: 0.8, startsAt, resetsAt },
    ]);
    for (const { limit, spent } of alerts) expect([plain(limit), plain(spent)]).toEqual(["10", "9"]);
    expect(budgets).toEqual(await under.twin.status([withLimit("10")]));
    expect(figuresOf(budgets, { scope })).toEqual({ spent: "9", reserved: "0" });

    for (const limit of ["10", "10.00", "100"]) {
      expect((await under.twin.review([withLimit(limit)])).alerts).toEqual([]);
    }
    // Neither by the next call: it was told.
    expect((await admit(under.store, ask(withLimit("10")))).alerts).toEqual([]);
    expect(thresholdsOf((await spend(under.twin, withLimit("10"), "1")).alerts)).toEqual([1]);
  });

  always("tell of a budget that warns as well, of each budget by itself", async (under) => {
    const base = await budgetOf(under, "50", { enforcement: "warn", thresholds: [0.5] });
    const warning = (period: BudgetPeriod, limit: string) => ({ ...base, period, limit });
    const user = await scopeOf(under, "user");
    const pool = await scopeOf(under, "organization");
    const limitsAt = (limit: string) => [
      limitsOf(user, { budgets: [warning("daily", limit), warning("monthly", "50")] }),
      limitsOf(pool, { budgets: [warning("weekly", limit)] }),
    ];
    await spend(under.store, limitsAt("50"), "2");
    const { budgets, alerts } = await under.store.review(limitsAt("1"));
    expect(alerts.map(({ scope, period }) => `${scope.kind} ${period}`).toSorted()).toEqual([
      "organization weekly",
      "user daily",
    ]);
    expect(budgets).toMatchObject([{ period: "daily" }, { period: "monthly" }, { period: "weekly" }]);
  });

  always("tell nothing that a call has told, and a call tells nothing that they have", async (under) => {
    const { withLimit } = await startSpent(under, "9");
    expect(thresholdsOf((await admit(under.store, ask(withLimit("10")))).alerts)).toEqual([0.5, 0.8]);
    expect((await under.twin.review([withLimit("10")])).alerts).toEqual([]);
    expect(thresholdsOf((await under.twin.review([withLimit("9")])).alerts)).toEqual(thresholds);
    expect((await under.store.admit(ask(withLimit("9"), { reserve: "1" }))).alerts).toEqual([]);
  });

  always("tell of a threshold that is added, and of none where nothing is spent", async (under) => {
    const { withLimit } = await startSpent(under, "60", { thresholds: [] });
    expect((await under.store.review([withLimit("1")])).alerts).toEqual([]);
    const added = withLimit("100", { thresholds: [0.7, 0.6] });
    expect(thresholdsOf((await under.store.review([added])).alerts)).toEqual([0.6]);

    const idle = await startSpent(under, "0", { thresholds: [0, 0.5] });
    expect((await under.store.review([idle.withLimit("0")])).alerts).toEqual([]);
  });

  always("come exactly once, whoever looks and calls at the same moment", async (under) => {
    const { withLimit } = await startSpent(under, "9");
    const lowered = withLimit("9");
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const store = index % 2 === 0 ? under.store : under.twin;
        return index % 10 === 9 ? store.admit(ask(lowered)) : store.review([lowered]);
      }),
    );
    expect(thresholdsOf(answers.flatMap(({ alerts }) => alerts))).toEqual(thresholds);
  });

  always("change neither counters nor leases nor the bucket, whatever they find", async (under) => {
    const scope = await scopeOf(under, "user");
    const base = await budgetOf(under, "100", { thresholds });
    const limitsFor = (limit: string, perMinute: number): ScopeLimits =>
      limitsOf(scope, {
        rate: { perMinute, burst: 3 },
        concurrency: 2,
        budgets: [{ ...base, limit }],
      });
    await spend(under.store, limitsFor("100", 0.02), "9");
    const request = ask(limitsFor("100", 0.02), { reserve: "0.5" });
    const admission = await admit(under.store, request);

    for (const limit of ["9.2", "100", "10"]) {
      const { budgets } = await under.twin.review([limitsFor(limit, 0.01)]);
      expect(figuresOf(budgets, { scope })).toEqual({ spent: "9", reserved: "0.5" });
    }
    expect(await statusOf(under, limitsFor("100", 0.02))).toEqual({ spent: "9", reserved: "0.5" });
    expect(await under.store.renew([request.id], 10 * MINUTE)).toEqual([request.id]);
    // The bucket held four calls and the slots two: so much is left of both.
    const last = ask(limitsFor("10", 0.01), { reserve: "0.1" });
    const lastAdmission = await admit(under.store, last);
    expect(await refuse(under.twin, ask(limitsFor("10", 0.01)))).toMatchObject({
      limit: "concurrentRequests",
      used: 2,
    });
    await settle(under.twin, admission, request, "0.25");
    await settle(under.twin, lastAdmission, last, "0.1");
    await admit(under.store, ask(limitsFor("10", 0.01)));
    expect(await refuse(under.store, ask(limitsFor("10", 0.01)))).toMatchObject({
      limit: "requestsPerMinute",
      used: 4,
    });
    expect(await statusOf(under, limitsFor("10", 0.01))).toEqual({ spent: "9.35", reserved: "0" });
  });

  always("tell nothing of however many who never called", async (under) => {
    const budgets = [await budgetOf(under, "0", { thresholds: [0, 0.5, 1] })];
    const strangers = Array.from({ length: 300 }, () =>
      limitsOf({ kind: "user", id: randomUUID() }, { budgets }),
    );
    for (const stranger of strangers) {
      const { budgets, alerts } = await under.store.review([stranger]);
      expect([figuresOf(budgets, stranger), alerts]).toEqual([{ spent: "0", reserved: "0" }, []]);
    }
  });

  always("throw where no window fits the clock", async (under) => {
    const past = Math.floor(await under.now()) - 48 * HOUR;
    const windows = [{ start: new Date(past), end: new Date(past + 24 * HOUR) }];
    const misplaced = limitsOf(await scopeOf(under, "user"), {
      budgets: [await budgetOf(under, "1", { windows })],
    });
    await expect(under.store.review([misplaced])).rejects.toBeInstanceOf(AIConfigError);
  });

  inTime("look at the window of the moment", async (under) => {
    const edge = Math.floor(await under.now()) + HOUR;
    const windows = [
      { start: new Date(edge - 24 * HOUR), end: new Date(edge) },
      { start: new Date(edge), end: new Date(edge + 24 * HOUR) },
    ];
    const { withLimit } = await startSpent(under, "9", { windows });
    await under.advance(2 * HOUR);
    const { budgets, alerts } = await under.store.review([withLimit("1")]);
    expect(alerts).toEqual([]);
    expect(budgets).toMatchObject([{ startsAt: windows[1]?.start }]);
  });
}
