import { describe, expect, test } from "vitest";

import { effectiveOf } from "../../testing/effective.ts";
import { scopeLimits } from "./scope-limits.ts";

const USER = "00000000-0000-4000-8000-000000000001";
const MINUTE = 60_000;
const noon = Date.UTC(2026, 10, 25, 12);
const midnight = Date.UTC(2026, 10, 26);
const limitsAt = (at: number, effective = effectiveOf({})) => scopeLimits(effective, USER, at);
const daily = (at: number, timeZone = "UTC") =>
  limitsAt(at, effectiveOf({ costBudget: { timeZone } })).scopes[0]?.budgets[0]?.windows.map(({ start }) =>
    start.toISOString(),
  );

test("an account has its rate, its slots and its three budgets, which block", () => {
  const effective = effectiveOf({ costBudget: { dailyBudget: 0.000001, alertThresholds: [0.8] } });
  expect(limitsAt(noon, effective).scopes).toMatchObject([
    {
      scope: { kind: "user", id: USER },
      rate: { perMinute: 50, burst: 10 },
      concurrency: 3,
      budgets: [
        { period: "daily", limit: "0.000001", enforcement: "block", thresholds: [0.8] },
        { period: "weekly", limit: "500" },
        { period: "monthly", limit: "2000" },
      ],
    },
  ]);
  const tiny = effectiveOf({ costBudget: { dailyBudget: 1e-7 } });
  expect(limitsAt(noon, tiny).scopes[0]?.budgets[0]?.limit).toBe("0.0000001");
});

test("a budget may warn instead, and its days begin where its owner says", () => {
  const held = { monthlyEnforcement: "warn", timeZone: "Asia/Kolkata" };
  const [account] = limitsAt(noon, effectiveOf({ costBudget: held })).scopes;
  expect(account?.budgets).toMatchObject([
    { enforcement: "block", windows: [{ start: new Date("2026-11-24T18:30:00Z") }] },
    { enforcement: "block" },
    { enforcement: "warn" },
  ]);
});

describe("a budget that an organization caps", () => {
  const own = {
    dailyBudget: 50,
    dailyEnforcement: "warn",
    weeklyEnforcement: "warn",
    timeZone: "Asia/Kolkata",
  };
  const heldUnder = (rule: object, name = "costBudget.dailyBudget") => {
    const [account] = limitsAt(noon, effectiveOf({ costBudget: own }, { fields: { [name]: rule } })).scopes;
    return account?.budgets.map(({ limit, enforcement, windows }) => [
      limit,
      enforcement,
      windows[0]?.start.toISOString(),
    ]);
  };

  test.each([{ max: 5 }, { lock: 5 }])("is not for its members to soften or to begin anew: %o", (rule) => {
    expect(heldUnder(rule)).toEqual([
      ["5", "block", "2026-11-25T00:00:00.000Z"],
      ["500", "warn", "2026-11-23T00:00:00.000Z"],
      ["2000", "block", "2026-11-01T00:00:00.000Z"],
    ]);
  });

  test("is what says so: a lower bound and other rules leave the account its own say", () => {
    for (const held of [heldUnder({ min: 1 }), heldUnder({ max: 9 }, "rateLimiting.requestsPerMinute")]) {
      expect(held?.[0]).toEqual(["50", "warn", "2026-11-24T18:30:00.000Z"]);
    }
  });

  test("is held as a policy locks it", () => {
    const fields = {
      "costBudget.dailyBudget": { max: 5 },
      "costBudget.timeZone": { lock: "Europe/Berlin" },
      "costBudget.dailyEnforcement": { lock: "warn" },
    };
    const [account] = limitsAt(noon, effectiveOf({ costBudget: own }, { fields })).scopes;
    expect(account?.budgets[0]).toMatchObject({
      enforcement: "warn",
      windows: [{ start: new Date("2026-11-24T23:00:00Z") }],
    });
  });
});

test("an organization has what its members share, and nothing where it shares nothing", () => {
  const shared = effectiveOf({}, { pool: { weeklyBudget: 40, requestsPerMinute: 100 } });
  const [, organization] = limitsAt(noon, shared).scopes;
  expect(organization).toMatchObject({
    scope: { kind: "organization" },
    rate: { perMinute: 100, burst: 17 },
    budgets: [{ period: "weekly", limit: "40", thresholds: [0.5, 0.75, 0.9] }],
  });
  expect(organization?.concurrency).toBeUndefined();
  expect(limitsAt(noon, effectiveOf({}, { fields: {} })).scopes).toHaveLength(1);
});

test("close to an edge both windows are named, so that clocks may differ", () => {
  const [before, today, after] = ["2026-11-24", "2026-11-25", "2026-11-26"].map(
    (day) => `${day}T00:00:00.000Z`,
  );
  expect(daily(noon)).toEqual([today]);
  expect(daily(midnight - 10 * MINUTE - 1)).toEqual([today]);
  expect(daily(midnight - 10 * MINUTE)).toEqual([today, after]);
  expect(daily(midnight - 1)).toEqual([today, after]);
  expect(daily(midnight)).toEqual([after, today]);
  expect(daily(Date.UTC(2026, 10, 25, 0, 9, 59))).toEqual([today, before]);
  expect(daily(Date.UTC(2026, 10, 25, 0, 10))).toEqual([today]);
  expect(daily(noon, "Europe/Berlin")).toEqual(["2026-11-24T23:00:00.000Z"]);
});

test("the objects stay the same until a window changes", () => {
  const effective = effectiveOf({});
  const first = limitsAt(noon, effective);
  expect(limitsAt(midnight - 10 * MINUTE - 1, effective)).toBe(first);
  const late = limitsAt(midnight - 10 * MINUTE, effective);
  expect(late).not.toBe(first);
  expect(limitsAt(midnight - 1, effective)).toBe(late);
  expect(limitsAt(midnight, effective)).not.toBe(late);
  expect(limitsAt(noon, effective)).not.toBe(late);
});

test("a call that costs nothing has no budgets", () => {
  expect(limitsAt(noon).withoutBudgets).toMatchObject([{ budgets: [], concurrency: 3 }]);
});
