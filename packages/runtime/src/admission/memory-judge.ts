import { type Amount, type BudgetPeriod, toUsd } from "@ai-config/config-core";

import type { LimitName, Refusal } from "./admission-store.ts";
import { budgetState } from "./budget-state.ts";
import { type MemoryScope, type MemoryWindow, rateWait } from "./memory-scope.ts";
import type { ParsedBudget, ParsedLimits, ParsedRate } from "./parsed-limits.ts";

const LIMIT_OF: Readonly<Record<BudgetPeriod, LimitName>> = {
  daily: "dailyBudget",
  weekly: "weeklyBudget",
  monthly: "monthlyBudget",
};

/** A call that asks, with what is counted for it; `windows` side by side with all budgets of `limits`. */
export interface Case {
  readonly at: number;
  readonly leaseMs: number;
  readonly reserve: Amount;
  readonly limits: readonly ParsedLimits[];
  readonly scopes: readonly MemoryScope[];
  readonly windows: readonly MemoryWindow[];
}

/** The first limit that stands against a call. Nothing is taken. */
export function judge({ at, leaseMs, reserve, limits, scopes, windows }: Case): Refusal | undefined {
  let next = 0;
  for (let index = 0; index < limits.length; index += 1) {
    const { rate, concurrency, budgets } = limits[index] as ParsedLimits;
    const scope = scopes[index] as MemoryScope;
    if (rate !== undefined) {
      const wait = rateWait(scope, rate, at);
      if (wait > 0) return rateRefusal(limits[index] as ParsedLimits, rate, scope, at, wait);
    }
    if (concurrency !== undefined && scope.leases.size >= concurrency) {
      return slotRefusal(limits[index] as ParsedLimits, concurrency, scope, at, leaseMs);
    }
    for (const budget of budgets) {
      const window = windows[next++] as MemoryWindow;
      if (budget.enforcement === "block" && window.taken + reserve > budget.limitAmount) {
        return budgetRefusal(budget, window, at);
      }
    }
  }
  return undefined;
}

function rateRefusal(
  { scope }: ParsedLimits,
  { perMinute, burst, intervalMs }: ParsedRate,
  { emptyAt }: MemoryScope,
  at: number,
  wait: number,
): Refusal {
  return {
    limit: "requestsPerMinute",
    scope,
    allowed: perMinute,
    used: Math.ceil((emptyAt - at) / intervalMs),
    retryAfterMs: Math.ceil(wait),
    rate: { perMinute, burst },
  };
}

function slotRefusal(
  { scope }: ParsedLimits,
  concurrency: number,
  { leases }: MemoryScope,
  at: number,
  leaseMs: number,
): Refusal {
  // Without a running call the limit is 0, and there is nothing to wait for.
  let firstEnd = leases.size === 0 ? at + leaseMs : Number.POSITIVE_INFINITY;
  for (const { endsAt } of leases) if (endsAt < firstEnd) firstEnd = endsAt;
  return {
    limit: "concurrentRequests",
    scope,
    allowed: concurrency,
    used: leases.size,
    retryAfterMs: Math.ceil(firstEnd - at),
  };
}

function budgetRefusal(budget: ParsedBudget, window: MemoryWindow, at: number): Refusal {
  return {
    limit: LIMIT_OF[budget.period],
    scope: budget.scope,
    allowed: budget.limit,
    used: toUsd(window.taken),
    retryAfterMs: Math.ceil(window.endMs - at),
    budget: budgetState(budget, window),
  };
}
