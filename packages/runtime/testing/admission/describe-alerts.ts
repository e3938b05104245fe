import { expect } from "vitest";

import type { BudgetLimit } from "../../src/admission/admission-store.ts";
import {
  admit,
  ask,
  budgetOf,
  HOUR,
  limitsOf,
  plain,
  refuse,
  scopeOf,
  settle,
  spend,
  thresholdsOf,
} from "./admission-kit.ts";
import type { StoreTest } from "./store-under-test.ts";

const thresholds = [0.5, 0.75, 0.9, 1];

export function describeAlerts(always: StoreTest, inTime: StoreTest): void {
  always("are due when a settlement reaches a threshold, once each, with the figures", async (under) => {
    const budget = await budgetOf(under, "2", { thresholds });
    const user = limitsOf(await scopeOf(under, "user"), { budgets: [budget] });
    expect((await spend(under.store, user, "0.9999999999999999999999999999")).alerts).toEqual([]);

    const { alerts } = await spend(under.twin, user, "0.0000000000000000000000000001");
    const [window] = budget.windows;
    expect(alerts).toMatchObject([
      {
        scope: user.scope,
        period: "daily",
        threshold: 0.5,
        startsAt: window?.start,
        resetsAt: window?.end,
      },
    ]);
    expect([plain(alerts[0]?.limit ?? ""), plain(alerts[0]?.spent ?? "")]).toEqual(["2", "1"]);

    expect((await spend(under.store, user, "0.2")).alerts).toEqual([]);
    expect(thresholdsOf((await spend(under.store, user, "0.79")).alerts)).toEqual([0.75, 0.9]);
    expect(thresholdsOf((await spend(under.store, user, "0.01")).alerts)).toEqual([1]);
    expect((await spend(under.store, user, "0")).alerts).toEqual([]);
  });

  always("look at what is spent, not at what is reserved", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), {
      budgets: [await budgetOf(under, "1", { thresholds })],
    });
    const request = ask(user, { reserve: "1" });
    const admission = await admit(under.store, request);
    expect(admission.alerts).toEqual([]);
    expect((await settle(under.store, admission, request, "0.1")).alerts).toEqual([]);
  });

  always("keep to thresholds that no binary number is equal to", async (under) => {
    const budgets = [await budgetOf(under, "1", { thresholds: [0.1, 0.3, 0.7] })];
    const user = limitsOf(await scopeOf(under, "user"), { budgets });
    expect(thresholdsOf((await spend(under.store, user, "0.1")).alerts)).toEqual([0.1]);
    expect(thresholdsOf((await spend(under.store, user, "0.2")).alerts)).toEqual([0.3]);
    expect(thresholdsOf((await spend(under.store, user, "0.4")).alerts)).toEqual([0.7]);
  });

  always("are due at the next admission, refused or not, when the limit is lowered", async (under) => {
    const scope = await scopeOf(under, "user");
    const base = await budgetOf(under, "10", { thresholds });
    const withLimit = (limit: string) => limitsOf(scope, { budgets: [{ ...base, limit }] });
    await spend(under.store, withLimit("10"), "3");

    const admission = await admit(under.store, ask(withLimit("5"), { reserve: "1" }));
    expect(thresholdsOf(admission.alerts)).toEqual([0.5]);
    expect(admission.alerts.map(({ spent, limit }) => [plain(spent), plain(limit)])).toEqual([["3", "5"]]);
    const refused = await under.store.admit(ask(withLimit("3"), { reserve: "1" }));
    expect([refused.isAdmitted, thresholdsOf(refused.alerts)]).toEqual([false, thresholds]);

    for (const limit of ["3", "3.00", "5", "10"]) {
      expect((await under.twin.admit(ask(withLimit(limit)))).alerts).toEqual([]);
    }
    expect(thresholdsOf((await spend(under.store, withLimit("10"), "2")).alerts)).toEqual([0.5]);
  });

  always("are due for a threshold that is added later, and not again for the others", async (under) => {
    const scope = await scopeOf(under, "user");
    const base = await budgetOf(under, "1");
    const withThresholds = (...given: number[]) =>
      limitsOf(scope, { budgets: [{ ...base, thresholds: given }] });
    expect(thresholdsOf((await spend(under.store, withThresholds(0.55), "0.6")).alerts)).toEqual([0.55]);
    const { alerts } = await admit(under.store, ask(withThresholds(0.55, 0.5, 0.05, 0.9)));
    expect(thresholdsOf(alerts)).toEqual([0.05, 0.5]);
    expect((await spend(under.store, withThresholds(0.5, 0.55), "0.1")).alerts).toEqual([]);
  });

  always("tell of the user's budgets and the organization's, each by itself", async (under) => {
    const budgetsOf = async (limit: string): Promise<BudgetLimit[]> => [
      await budgetOf(under, limit, { thresholds: [0.5] }),
      await budgetOf(under, limit, { period: "monthly", thresholds: [0.5], enforcement: "warn" }),
    ];
    const first = limitsOf(await scopeOf(under, "user"), { budgets: await budgetsOf("1") });
    const second = limitsOf(await scopeOf(under, "user"), { budgets: await budgetsOf("1") });
    const pool = limitsOf(await scopeOf(under, "organization"), { budgets: await budgetsOf("2") });
    const told = async (user: typeof first, cost: string) =>
      (await spend(under.store, [user, pool], cost)).alerts
        .map(({ scope, period }) => `${scope.id === user.scope.id ? "user" : scope.kind} ${period}`)
        .toSorted();
    expect(await told(first, "0.6")).toEqual(["user daily", "user monthly"]);
    expect(await told(second, "0.4")).toEqual(["organization daily", "organization monthly"]);
    expect(await told(second, "0.1")).toEqual(["user daily", "user monthly"]);
  });

  always("are not due where nothing is spent, not even under a limit of 0", async (under) => {
    const budgets = [await budgetOf(under, "0", { thresholds: [0, 0.5, 1], enforcement: "warn" })];
    const user = limitsOf(await scopeOf(under, "user"), { budgets });
    expect((await spend(under.store, user, "0")).alerts).toEqual([]);
    const { alerts } = await spend(under.store, user, "0.0000000000000000000000000001");
    expect(thresholdsOf(alerts)).toEqual([0, 0.5, 1]);
    expect(thresholdsOf((await spend(under.store, user, "1")).alerts)).toEqual([]);
  });

  always("come exactly once, whoever settles at the same moment", async (under) => {
    const budgets = [await budgetOf(under, "1", { thresholds })];
    const user = limitsOf(await scopeOf(under, "user"), { budgets });
    const calls = await Promise.all(
      Array.from({ length: 40 }, async () => {
        const request = ask(user, { reserve: "0.025" });
        return { request, admission: await admit(under.store, request) };
      }),
    );
    const settled = await Promise.all(
      calls.map(({ request, admission }, index) =>
        settle(index % 2 === 0 ? under.store : under.twin, admission, request, "0.025"),
      ),
    );
    expect(thresholdsOf(settled.flatMap(({ alerts }) => alerts))).toEqual(thresholds);
  });

  always("come exactly once, whoever asks at the same moment after a change", async (under) => {
    const scope = await scopeOf(under, "user");
    const base = await budgetOf(under, "10", { thresholds });
    await spend(under.store, limitsOf(scope, { budgets: [base] }), "1");
    const lowered = limitsOf(scope, { budgets: [{ ...base, limit: "1" }] });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? under.store : under.twin).admit(ask(lowered)),
      ),
    );
    expect(thresholdsOf(answers.flatMap(({ alerts }) => alerts))).toEqual(thresholds);
  });

  inTime("come again in the next window", async (under) => {
    const edge = Math.floor(await under.now()) + HOUR;
    const windows = [
      { start: new Date(edge - 24 * HOUR), end: new Date(edge) },
      { start: new Date(edge), end: new Date(edge + 24 * HOUR) },
    ];
    const budgets = [await budgetOf(under, "1", { thresholds: [0.5], windows })];
    const user = limitsOf(await scopeOf(under, "user"), { budgets });
    expect((await spend(under.store, user, "0.6")).alerts).toMatchObject([{ startsAt: windows[0]?.start }]);
    await under.advance(2 * HOUR);
    expect((await spend(under.store, user, "0.6")).alerts).toMatchObject([{ startsAt: windows[1]?.start }]);
    await refuse(under.store, ask(user, { reserve: "0.5" }));
  });

  inTime("count late settlements too", async (under) => {
    const budgets = [await budgetOf(under, "1", { thresholds: [0.5] })];
    const user = limitsOf(await scopeOf(under, "user"), { budgets });
    const request = ask(user, { reserve: "0.6", leaseMs: 1000 });
    const admission = await admit(under.store, request);
    await under.advance(HOUR);
    expect(await settle(under.store, admission, request, "0.6")).toMatchObject({
      wasLate: true,
      alerts: [{ threshold: 0.5 }],
    });
  });
}
