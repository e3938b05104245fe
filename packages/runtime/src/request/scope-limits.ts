import {
  type BudgetPeriod,
  budgetWindow,
  type CostBudget,
  heldBudget,
  type PolicyPool,
  parseUsd,
  toUsd,
  type Usd,
} from "@ai-config/config-core";
import type { EffectiveConfiguration } from "@ai-config/config-service";

import type { BudgetLimit, ScopeLimits } from "../admission/admission-store.ts";

/** As far as clocks of processes may differ, a window's neighbour is named as well. */
const EDGE_MS = 10 * 60_000;
/** Of the calls per minute that an organization shares, so many may come at once. */
const POOL_BURST_PART = 1 / 6;
const PERIODS = [
  ["daily", "dailyBudget", "dailyEnforcement"],
  ["weekly", "weeklyBudget", "weeklyEnforcement"],
  ["monthly", "monthlyBudget", "monthlyEnforcement"],
] as const satisfies readonly [BudgetPeriod, keyof PolicyPool, keyof CostBudget][];
/** Where nobody says where days begin. */
const TIME_ZONE = "UTC";

/** Limits are the same objects until a window changes, so that whoever reads them does it once. */
export interface CallLimits {
  readonly scopes: readonly ScopeLimits[];
  /** For calls that cost nothing. */
  readonly withoutBudgets: readonly ScopeLimits[];
}

interface Kept extends CallLimits {
  readonly from: number;
  readonly until: number;
}

const kept = new WeakMap<EffectiveConfiguration, Kept>();

/** The limits of an account and of its organization. */
export function scopeLimits(effective: EffectiveConfiguration, userId: string, at: number): CallLimits {
  const known = kept.get(effective);
  if (known !== undefined && at >= known.from && at < known.until) return known;
  const made = limitsAt(effective, userId, at);
  kept.set(effective, made);
  return made;
}

function limitsAt(effective: EffectiveConfiguration, userId: string, at: number): Kept {
  const { rateLimiting, costBudget } = effective.configuration;
  const edges: number[] = [];
  const scopes: ScopeLimits[] = [
    {
      scope: { kind: "user", id: userId },
      rate: { perMinute: rateLimiting.requestsPerMinute, burst: rateLimiting.burstAllowance },
      concurrency: rateLimiting.concurrentRequests,
      budgets: budgetsOf(costBudget, heldBudget(effective), at, edges),
    },
  ];
  const { organizationId, shared } = effective;
  if (organizationId !== null && shared !== null) {
    const { requestsPerMinute, concurrentRequests } = shared.limits;
    scopes.push({
      scope: { kind: "organization", id: organizationId },
      rate:
        requestsPerMinute === undefined
          ? undefined
          : { perMinute: requestsPerMinute, burst: Math.ceil(requestsPerMinute * POOL_BURST_PART) },
      concurrency: concurrentRequests,
      budgets: budgetsOf(shared.limits, shared.costBudget, at, edges),
    });
  }
  const withoutBudgets = scopes.map((limits) => ({ ...limits, budgets: [], whole: limits }));
  return { from: at, until: Math.min(...edges), scopes, withoutBudgets };
}

/** The limits that are set, each held as the budget's owner wants it. */
function budgetsOf(
  limits: PolicyPool,
  held: Readonly<CostBudget>,
  at: number,
  edges: number[],
): readonly BudgetLimit[] {
  const { alertThresholds: thresholds, timeZone = TIME_ZONE } = held;
  return PERIODS.flatMap(([period, name, how]): BudgetLimit[] => {
    const limit = limits[name];
    if (limit === undefined) return [];
    const windows = windowsAround(period, at, timeZone, edges);
    return [{ period, limit: usdOf(limit), enforcement: held[how] ?? "block", thresholds, windows }];
  });
}

/** The window of a moment, its neighbour where an edge is near; tells when that changes. */
function windowsAround(
  period: BudgetPeriod,
  at: number,
  timeZone: string,
  edges: number[],
): BudgetLimit["windows"] {
  const window = budgetWindow(period, new Date(at), timeZone);
  const start = window.start.getTime();
  const end = window.end.getTime();
  if (at - start < EDGE_MS) {
    edges.push(start + EDGE_MS);
    return [window, budgetWindow(period, new Date(start - 1), timeZone)];
  }
  if (end - at <= EDGE_MS) {
    edges.push(end);
    return [window, budgetWindow(period, new Date(end), timeZone)];
  }
  edges.push(end - EDGE_MS);
  return [window];
}

/** A number of the configuration as exact text. */
function usdOf(amount: number): Usd {
  const text = String(amount);
  return text.includes("e") ? toUsd(parseUsd(amount.toFixed(20))) : text;
}
