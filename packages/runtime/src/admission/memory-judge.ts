import { type Amount, type BudgetPeriod, toUsd } from "@ai-config/config-core";

import { CALL_WAIT_MS, type LimitName, type Refusal, SAME_WAIT_MS } from "./admission-store.ts";
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

/** The limit that stands against a call for the longest. Nothing is taken. */
export function judge({ at, leaseMs, reserve, limits, scopes, windows }: Case): Refusal | undefined {
  let next = 0;
  let refusal: Refusal | undefined;
  let longest = 0;
  const note = (standing: Refusal, wait = standing.retryAfterMs) => {
    if (refusal !== undefined && wait <= longest + SAME_WAIT_MS) return;
    refusal = standing;
    longest = wait;
  };
  for (let index = 0; index < limits.length; index += 1) {
    const { rate, concurrency, budgets } = limits[index] as ParsedLimits;
    const scope = scopes[index] as MemoryScope;
    if (rate !== undefined) {
      const wait = rateWait(scope, rate, at);
      if (wait > 0) note(rateRefusal(limits[index] as ParsedLimits, rate, scope, at, wait));
    }
    if (concurrency !== undefined && scope.leases.size >= concurrency) {
      note(slotRefusal(limits[index] as ParsedLimits, concurrency, scope, leaseMs), 0);
    }
    for (const budget of budgets) {
      const window = windows[next++] as MemoryWindow;
      if (budget.enforcement === "warn" || window.taken + reserve <= budget.limitAmount) continue;
      const fitsNever = reserve > budget.limitAmount;
      note(budgetRefusal(budget, window, reserve, at), fitsNever ? Number.POSITIVE_INFINITY : undefined);
    }
  }
  return refusal;
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
  leaseMs: number,
): Refusal {
  return {
    limit: "concurrentRequests",
    scope,
    allowed: concurrency,
    used: leases.size,
    // Without a running call the limit is 0, and there is nothing to wait for.
    retryAfterMs: leases.size === 0 ? Math.ceil(leaseMs) : CALL_WAIT_MS,
  };
}

function budgetRefusal(budget: ParsedBudget, window: MemoryWindow, reserve: Amount, at: number): Refusal {
  const resetMs = Math.ceil(window.endMs - at);
  const isHeld = window.spent + reserve <= budget.limitAmount;
  return {
    limit: LIMIT_OF[budget.period],
    scope: budget.scope,
    allowed: budget.limit,
    used: toUsd(window.taken),
    retryAfterMs: isHeld ? Math.min(CALL_WAIT_MS, resetMs) : resetMs,
    budget: budgetState(budget, window),
  };
}
