import { AIConfigError, type BudgetPeriod } from "@ai-config/config-core";
import { expect } from "vitest";

import type { AdmissionRequest, ScopeLimits } from "../../src/admission/admission-store.ts";
import {
  admit,
  ask,
  budgetOf,
  figuresOf,
  HOUR,
  ledgerSum,
  limitsOf,
  plain,
  refuse,
  scopeOf,
  settle,
  spend,
  statusOf,
} from "./admission-kit.ts";
import type { StoreTest } from "./store-under-test.ts";
import { expectWait, type StoreUnderTest, timed } from "./store-under-test.ts";

/** The least part of a dollar that prices can make. */
const LEAST = "0.0000000000000000000000000001";

export function describeBudgets(always: StoreTest): void {
  always("holds the reservation, then books the true cost, to the last digit", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { budgets: [await budgetOf(under, "10")] });
    await spend(under.store, user, "0.1");
    const request = ask(user, { reserve: "0.2000000000000000000000000007" });
    const admission = await admit(under.store, request);
    expect(figuresOf(admission.budgets, user)).toEqual({
      spent: "0.1",
      reserved: "0.2000000000000000000000000007",
    });
    expect(await statusOf(under, user)).toEqual(figuresOf(admission.budgets, user));

    const settled = await settle(under.twin, admission, request, "0.0300000000000000000000000009");
    expect(settled).toMatchObject({ isBooked: true, wasLate: false, alerts: [] });
    const figures = { spent: "0.1300000000000000000000000009", reserved: "0" };
    expect(figuresOf(settled.budgets, user)).toEqual(figures);
    expect(await statusOf(under, user)).toEqual(figures);
    expect(await ledgerSum(under, user.scope)).toBe(figures.spent);
  });

  always("tells each budget with its limit, enforcement and window", async (under) => {
    const budget = await budgetOf(under, "10", { enforcement: "warn" });
    const user = limitsOf(await scopeOf(under, "user"), { budgets: [budget] });
    const [window] = budget.windows;
    const { budgets } = await admit(under.store, ask(user));
    const state = {
      scope: user.scope,
      period: "daily",
      enforcement: "warn",
      startsAt: window?.start,
      resetsAt: window?.end,
    };
    expect(budgets).toMatchObject([state]);
    expect(plain(budgets[0]?.limit ?? "")).toBe("10");
    expect(await under.store.status([user])).toMatchObject([state]);
    expect(await under.store.status([limitsOf(user.scope)])).toEqual([]);
  });

  always("admits up to the limit and refuses the least part of a dollar more", async (under) => {
    const budget = await budgetOf(under, "1");
    const user = limitsOf(await scopeOf(under, "user"), { budgets: [budget] });
    await spend(under.store, user, "0.3");
    await admit(under.store, ask(user, { reserve: "0.2999999999999999999999999999" }));
    await admit(under.store, ask(user, { reserve: "0.4" }));

    const refusal = await refuse(under.twin, ask(user, { reserve: "0.0000000000000000000000000002" }));
    const { limit, scope, allowed, used, retryAfterMs, budget: state } = refusal;
    expect({ limit, scope }).toEqual({ limit: "dailyBudget", scope: user.scope });
    expect([plain(allowed), plain(used)]).toEqual(["1", "0.9999999999999999999999999999"]);
    const end = budget.windows[0]?.end.getTime() ?? 0;
    // Running calls may turn out cheaper at any moment; what is spent is spent until the window ends.
    expect(retryAfterMs).toBe(1_000);
    const dear = await timed(under, () => refuse(under.twin, ask(user, { reserve: "0.8" })));
    expectWait(dear.value.retryAfterMs, { earliest: end, latest: end }, dear);
    expect(state).toMatchObject({ scope, period: "daily", enforcement: "block", resetsAt: new Date(end) });
    expect(state && figuresOf([state], user)).toEqual({
      spent: "0.3",
      reserved: "0.6999999999999999999999999999",
    });

    await admit(under.store, ask(user, { reserve: LEAST }));
    await admit(under.store, ask(user));
    await refuse(under.store, ask(user, { reserve: LEAST }));
  });

  always("keeps amounts that are both large and small exactly", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { budgets: [await budgetOf(under, "1000000000")] });
    await spend(under.store, user, "999999999.9999999999999999999999999998");
    await refuse(under.store, ask(user, { reserve: "0.0000000000000000000000000003" }));
    await spend(under.store, user, LEAST);
    await admit(under.store, ask(user, { reserve: LEAST }));
    expect(await statusOf(under, user)).toEqual({
      spent: "999999999.9999999999999999999999999999",
      reserved: LEAST,
    });
  });

  always("admits beyond a budget that only warns, and says how far it is", async (under) => {
    const budgets = [await budgetOf(under, "1", { enforcement: "warn" })];
    const user = limitsOf(await scopeOf(under, "user"), { budgets });
    await spend(under.store, user, "5");
    const { budgets: states } = await admit(under.store, ask(user, { reserve: "7" }));
    expect(figuresOf(states, user)).toEqual({ spent: "5", reserved: "7" });
  });

  always("admits under a limit of 0 only what costs nothing", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { budgets: [await budgetOf(under, "0")] });
    await refuse(under.store, ask(user, { reserve: LEAST }));
    await admit(under.store, ask(user));
  });

  always("books all of a cost that is more than was reserved", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { budgets: [await budgetOf(under, "1")] });
    const request = ask(user, { reserve: "0.1" });
    await settle(under.store, await admit(under.store, request), request, "1.5");
    expect(await statusOf(under, user)).toEqual({ spent: "1.5", reserved: "0" });
    await refuse(under.store, ask(user, { reserve: LEAST }));
  });

  always("holds a changed limit against what is spent and reserved already", async (under) => {
    const scope = await scopeOf(under, "user");
    const base = await budgetOf(under, "10");
    const withLimit = (limit: string) => limitsOf(scope, { budgets: [{ ...base, limit }] });
    await spend(under.store, withLimit("10"), "2");
    await admit(under.store, ask(withLimit("10"), { reserve: "2" }));
    expect(await refuse(under.store, ask(withLimit("4.5"), { reserve: "1" }))).toMatchObject({
      limit: "dailyBudget",
      allowed: "4.5",
    });
    await refuse(under.store, ask(withLimit("1"), { reserve: LEAST }));
    await admit(under.store, ask(withLimit("5"), { reserve: "1" }));
    expect(await statusOf(under, withLimit("1"))).toEqual({ spent: "2", reserved: "3" });
  });

  always("counts a call in every budget of the user and of the organization", async (under) => {
    const periods: BudgetPeriod[] = ["daily", "weekly", "monthly"];
    const budgets = await Promise.all(periods.map((period) => budgetOf(under, "10", { period })));
    const user = limitsOf(await scopeOf(under, "user"), { budgets });
    const organization = limitsOf(await scopeOf(under, "organization"), { budgets });
    await spend(under.store, [user, organization], "1.5");
    await spend(under.store, organization, "0.25");
    const { budgets: states } = await admit(under.store, ask([user, organization], { reserve: "2" }));
    for (const period of periods) {
      expect(figuresOf(states, user, period)).toEqual({ spent: "1.5", reserved: "2" });
      expect(figuresOf(states, organization, period)).toEqual({ spent: "1.75", reserved: "2" });
    }
    expect(await ledgerSum(under, organization.scope)).toBe("1.75");
  });

  always("names the limit that stands against a call for the longest, slots last", async (under) => {
    const now = await under.now();
    // The month ends before the week does. The order in which budgets are given does not matter.
    const hours = { daily: 1, monthly: 2, weekly: 3 } as const;
    const exhausted = async (kind: "user" | "organization") => {
      const budgets = Object.entries(hours).map(([period, left]) => ({
        period: period as BudgetPeriod,
        limit: "1",
        enforcement: "block" as const,
        thresholds: [],
        windows: [windowOf(now, left)],
      }));
      const rate = { perMinute: 1, burst: 0 };
      return limitsOf(await scopeOf(under, kind), { rate, concurrency: 1, budgets });
    };
    let user = await exhausted("user");
    let organization = await exhausted("organization");
    const budgetsAlone = [user, organization].map(({ scope, budgets }) => limitsOf(scope, { budgets }));
    await spend(under.store, budgetsAlone, "1");
    const free = [user, organization].map((limits) => ({ ...limits, budgets: [] }));
    await admit(under.store, ask(free));

    const named: string[] = [];
    for (let step = 0; step < 10; step += 1) {
      const { limit, scope } = await refuse(under.store, ask([user, organization], { reserve: "1" }));
      named.push(`${scope.kind} ${limit}`);
      if (scope.kind === "user") user = without(user, limit);
      else organization = without(organization, limit);
    }
    const order = ["weeklyBudget", "monthlyBudget", "dailyBudget", "requestsPerMinute", "concurrentRequests"];
    expect(named).toEqual(order.flatMap((limit) => [`user ${limit}`, `organization ${limit}`]));
    await admit(under.store, ask([user, organization], { reserve: "1" }));
  });

  always("names what time alone lifts before what running calls hold of a budget", async (under) => {
    const now = await under.now();
    const monthly = await budgetOf(under, "1", { period: "monthly", windows: [windowOf(now, 48)] });
    const pool = limitsOf(await scopeOf(under, "organization"), { budgets: [monthly] });
    const user = limitsOf(await scopeOf(under, "user"), { budgets: [await budgetOf(under, "0.5")] });
    const slow = limitsOf(await scopeOf(under, "user"), { rate: { perMinute: 1, burst: 0 }, concurrency: 1 });
    await spend(under.store, [user, pool], "0.5");
    await admit(under.store, ask([slow, pool], { reserve: "0.45" }));
    const refusals = [user, slow].map((one) => refuse(under.store, ask([one, pool], { reserve: "0.1" })));
    expect(await Promise.all(refusals)).toMatchObject([
      { limit: "dailyBudget", scope: user.scope },
      { limit: "requestsPerMinute", scope: slow.scope },
    ]);
    const { scope } = limitsOf(await scopeOf(under, "user"));
    expect(await refuse(under.store, ask([limitsOf(scope), pool], { reserve: "0.1" }))).toMatchObject({
      limit: "monthlyBudget",
      used: "0.95",
    });
  });

  always(
    "names the budget that a call cannot fit into at all before one that is full for longer",
    async (under) => {
      const budgets = [
        await budgetOf(under, "0.5"),
        await budgetOf(under, "1", { period: "monthly", windows: [windowOf(await under.now(), 48)] }),
      ];
      const user = limitsOf(await scopeOf(under, "user"), { budgets });
      await spend(under.store, user, "0.4");
      const monthly = limitsOf(user.scope, { budgets: budgets.slice(1) });
      await spend(under.store, monthly, "0.55");
      expect(await refuse(under.store, ask(user, { reserve: "0.2" }))).toMatchObject({
        limit: "monthlyBudget",
      });
      expect(await refuse(under.store, ask(user, { reserve: "0.6" }))).toMatchObject({
        limit: "dailyBudget",
      });
    },
  );

  always("takes nothing at all for a call that the last of its limits refuses", async (under) => {
    const budgets = [await budgetOf(under, "1")];
    const user = limitsOf(await scopeOf(under, "user"), {
      rate: { perMinute: 1, burst: 0 },
      concurrency: 1,
      budgets,
    });
    const pool = limitsOf(await scopeOf(under, "organization"), {
      rate: { perMinute: 1, burst: 0 },
      concurrency: 1,
      budgets: [await budgetOf(under, "0.5", { period: "monthly" })],
    });
    for (let call = 0; call < 3; call += 1) {
      const refusal = await refuse(under.store, ask([user, pool], { reserve: "0.6" }));
      expect(refusal).toMatchObject({ limit: "monthlyBudget", scope: pool.scope });
    }
    expect(await statusOf(under, user)).toEqual({ spent: "0", reserved: "0" });
    expect(await statusOf(under, pool, "monthly")).toEqual({ spent: "0", reserved: "0" });
    await admit(under.store, ask([user, pool], { reserve: "0.5" }));
  });

  always("counts a scope as the same one however its id is written", async (under) => {
    const budgets = [await budgetOf(under, "1")];
    const [user, pool] = [await scopeOf(under, "user"), await scopeOf(under, "organization")].map((scope) =>
      limitsOf(scope, { concurrency: 1, budgets }),
    ) as [ScopeLimits, ScopeLimits];
    const loud = [user, pool].map((limits) => ({
      ...limits,
      scope: { ...limits.scope, id: limits.scope.id.toUpperCase() },
    }));
    const request = ask(loud, { reserve: "0.75" });
    const admission = await admit(under.store, request);
    expect(figuresOf(admission.budgets, user)).toEqual({ spent: "0", reserved: "0.75" });
    expect(await refuse(under.twin, ask(user))).toMatchObject({
      limit: "concurrentRequests",
      scope: user.scope,
    });
    await settle(under.store, admission, request, "0.75");
    const tooDear = { reserve: "0.5" };
    for (const scopes of [user, pool, loud])
      expect((await refuse(under.twin, ask(scopes, tooDear))).limit).toBe("dailyBudget");
    expect(await statusOf(under, user)).toEqual({ spent: "0.75", reserved: "0" });
    expect(await statusOf(under, pool)).toEqual({ spent: "0.75", reserved: "0" });
  });

  always("refuses a scope whose id is no uuid, and nobody who asks at that moment", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { budgets: [await budgetOf(under, "10")] });
    const { id } = user.scope;
    const others = [
      id.replaceAll("-", ""),
      `{${id}}`,
      ` ${id}`,
      `${id}\n`,
      "",
      "x,y",
      'x"',
      "x|y",
      "}",
      "\\",
      "\0",
    ];
    const answers = await Promise.allSettled(
      others.flatMap((other) => [
        under.store.admit(ask({ ...user, scope: { ...user.scope, id: other } })),
        under.store.admit(ask(user, { reserve: "0.1" })),
      ]),
    );
    for (const [index, answer] of answers.entries()) {
      if (index % 2 === 1) expect(answer).toMatchObject({ value: { isAdmitted: true } });
      else expect(answer).toMatchObject({ reason: { code: "INPUT_INVALID" } });
    }
    expect(await statusOf(under, user)).toEqual({ spent: "0", reserved: "1.1" });
  });

  always("refuses amounts that are none, and keeps nothing of them", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), {
      concurrency: 1,
      budgets: [await budgetOf(under, "1")],
    });
    for (const reserve of ["-0.1", "", "1e3", "NaN", "Infinity", "0x10", "1,5"]) {
      await expect(under.store.admit(ask(user, { reserve }))).rejects.toBeInstanceOf(AIConfigError);
    }
    const request = ask(user, { reserve: "0.5" });
    const admission = await admit(under.store, request);
    for (const cost of ["-0.1", "", "1e3", "NaN"]) {
      await expect(settle(under.store, admission, request, cost)).rejects.toBeInstanceOf(AIConfigError);
    }
    expect(await statusOf(under, user)).toEqual({ spent: "0", reserved: "0.5" });
    await settle(under.store, admission, request, "0.5");
    await sameAsLedger(under, user, request);
  });
}

async function sameAsLedger(
  under: StoreUnderTest,
  limits: ScopeLimits,
  { id }: AdmissionRequest,
): Promise<void> {
  const { spent } = await statusOf(under, limits);
  expect(await ledgerSum(under, limits.scope)).toBe(spent);
  expect((await under.ledger()).filter((entry) => entry.id === id)).toHaveLength(1);
}

function without(limits: ScopeLimits, limit: string): ScopeLimits {
  if (limit === "requestsPerMinute") return { ...limits, rate: undefined };
  if (limit === "concurrentRequests") return { ...limits, concurrency: undefined };
  return { ...limits, budgets: limits.budgets.filter(({ period }) => `${period}Budget` !== limit) };
}

function windowOf(now: number, hours: number) {
  return { start: new Date(now - HOUR), end: new Date(now + hours * HOUR) };
}
