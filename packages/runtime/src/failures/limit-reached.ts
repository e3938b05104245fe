import {
  AIConfigError,
  type AIConfigErrorOptions,
  compareUsd,
  formatUsdApart,
  type Usd,
} from "@ai-config/config-core";

import type { BudgetState, LimitName, Refusal, Scope } from "../admission/admission-store.ts";

/** A budget refuses what would not fit, whether or not all of it is spent. */
const REACHED: Readonly<Record<LimitName, string>> = {
  requestsPerMinute: "limit of requests per minute is reached",
  concurrentRequests: "limit of requests at once is reached",
  dailyBudget: "daily budget has no room for this call",
  weeklyBudget: "weekly budget has no room for this call",
  monthlyBudget: "monthly budget has no room for this call",
};

/** Beyond twice of it, a wait is told in this unit: the window of a budget ends in days. */
const UNITS = [
  ["days", 86_400],
  ["h", 3_600],
  ["min", 60],
] as const;

/** The facts of a refusal, for programs. */
export interface ReachedLimit {
  readonly limit: LimitName;
  /** Whose limit it is. */
  readonly scope: Scope;
  /** The limit: calls a minute, calls at once, or USD as decimal text. */
  readonly allowed: number | Usd;
  /** What is taken of it, in the same unit. */
  readonly used: number | Usd;
  /** Absent where no waiting helps: the call can cost more than the whole budget. */
  readonly retryAfterMs?: number;
  /** Of a rate: how many calls may come at once. */
  readonly atOnce?: number;
  /** Of a budget: the most that the call can cost, in USD as decimal text. */
  readonly reserve?: Usd;
  /** Of a budget: the figures of its window. */
  readonly budget?: BudgetState;
}

export type LimitReachedError = AIConfigError & {
  readonly code: "LIMIT_REACHED";
  readonly details: Readonly<Record<string, unknown>> & ReachedLimit;
};

/** Whether a call was refused by a limit of this product, before anything was sent; `details` says by which. */
export function isLimitReached(error: unknown): error is LimitReachedError {
  return error instanceof AIConfigError && error.code === "LIMIT_REACHED";
}

/**
 * Names the limit that keeps a call from running, whose it is, and when to try again. `reserve` is the most that the
 * call can cost: where that is more than the whole budget no waiting helps, and no time is named; where the budget is
 * nothing, no shorter call helps either.
 */
export function limitReached(refusal: Refusal, reserve: Usd): LimitReachedError {
  const { limit, scope, allowed, used, retryAfterMs, budget, rate } = refusal;
  const whose = scope.kind === "user" ? "The account's" : "The organization's";
  const again = `Try again in ${inWords(retryAfterMs)}.`;
  const details = { limit, scope, allowed, used, retryAfterMs };
  if (rate !== undefined) {
    const atOnce = rate.burst + 1;
    return refused({
      message: `${whose} ${REACHED[limit]}: ${used} of ${atOnce} taken, and ${rate.perMinute} a minute ${rate.perMinute === 1 ? "comes" : "come"} back. ${again}`,
      retryAfterMs,
      details: { ...details, atOnce },
    });
  }
  // Amounts are text, and only budgets are amounts.
  if (typeof allowed !== "string" || typeof used !== "string") {
    const message = `${whose} ${REACHED[limit]}: ${used} of ${allowed} taken. ${again}`;
    return refused({ message, retryAfterMs, details });
  }
  const [taken, all, most] = formatUsdApart([used, allowed, reserve]);
  const asked = `${whose} ${REACHED[limit]}: ${taken} of ${all} taken, and the call can cost up to ${most}.`;
  if (compareUsd(reserve, allowed) > 0) {
    const isNothing = compareUsd(allowed, "0") === 0;
    const advice = isNothing ? "Have" : "Shorten it, lower its max_tokens, or have";
    return refused({
      message: `${asked} ${advice} the budget raised.`,
      details: { limit, scope, allowed, used, reserve, budget },
    });
  }
  return refused({
    message: `${asked} ${again}`,
    retryAfterMs,
    details: { ...details, reserve, budget },
  });
}

function refused({
  details,
  ...told
}: Omit<AIConfigErrorOptions, "details"> & { readonly details: ReachedLimit }): LimitReachedError {
  return new AIConfigError("LIMIT_REACHED", { ...told, details: { ...details } }) as LimitReachedError;
}

/** A wait as people say it, rather too long than too short: "40 s", "3 h". */
function inWords(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  for (const [unit, size] of UNITS) if (seconds > 2 * size) return `${Math.ceil(seconds / size)} ${unit}`;
  return `${seconds} s`;
}
