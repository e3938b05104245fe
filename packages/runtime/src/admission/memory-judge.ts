import { type Amount, type BudgetPeriod, toUsd } from "@ai-config/config-core";

import { type LimitName, type Refusal, SAME_WAIT_MS, SLOT_WAIT_MS } from "./admission-store.ts";
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

/** The limit that stands against a call for the longest: ever, where it costs more than a whole budget. Nothing is taken. */
export function judge({ at, leaseMs, reserve, limits, scopes, windows }: Case): Refusal | undefined {
  let next = 0;
  let longest: Refusal | undefined;
  let never: Refusal | undefined;
  for (let index = 0; index < limits.length; index += 1) {
    const { rate, concurrency, budgets } = limits[index] as ParsedLimits;
    const scope = scopes[index] as MemoryScope;
    if (rate !== undefined) {
      const wait = rateWait(scope, rate, at);
      if (wait > 0)
        longest = longer(longest, rateRefusal(limits[index] as ParsedLimits, rate, scope, at, wait));
    }
    if (concurrency !== undefined && scope.leases.size >= concurrency) {
      longest = longer(longest, slotRefusal(limits[index] as ParsedLimits, concurrency, scope, leaseMs));
    }
    for (const budget of budgets) {
      const window = windows[next++] as MemoryWindow;
      if (budget.enforcement === "block" && window.taken + reserve > budget.limitAmount) {
        const refusal = budgetRefusal(budget, window, at);
        if (reserve > budget.limitAmount) never ??= refusal;
        longest = longer(longest, refusal);
      }
    }
  }
  return never ?? longest;
}

/** A slot may be free at any moment, so it is the least of what anybody waits for. Of equals the first one stands. */
function longer(longest: Refusal | undefined, next: Refusal): Refusal {
  if (longest === undefined) return next;
  return waitOf(next) > waitOf(longest) + SAME_WAIT_MS ? next : longest;
}

function waitOf({ limit, retryAfterMs }: Refusal): number {
  return limit === "concurrentRequests" ? 0 : retryAfterMs;
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
    retryAfterMs: leases.size === 0 ? Math.ceil(leaseMs) : SLOT_WAIT_MS,
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
