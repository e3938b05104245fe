import { type Amount, parseUsd, type Usd } from "@ai-config/config-core";

import type { ScopeLimits } from "../admission-store.ts";
import { invalidArgument } from "../invalid-argument.ts";
import { amountOf, type ParsedBudget, type ParsedWindow, parseLimits } from "../parsed-limits.ts";

const UNIT = parseUsd("1");
const DIGITS = 13;
const DECIMALS = 28;
/** Dollars up to here can be added up millions of times and stay exact. */
const AMOUNT_MAX = 1_000_000_000_000n * UNIT;

/** An amount with all its digits, as the scripts read it: always of the same length. */
export function scriptAmount(path: string, amount: Amount): string {
  if (amount > AMOUNT_MAX) throw invalidArgument(path, "Must be at most 1,000,000,000,000 USD.");
  const dollars = (amount / UNIT).toString().padStart(DIGITS, "0");
  return `${dollars}.${(amount % UNIT).toString().padStart(DECIMALS, "0")}`;
}

export function scriptUsd(path: string, text: Usd): string {
  return scriptAmount(path, amountOf(path, text));
}

/** What the fields of a window begin with. */
function windowField({ period }: ParsedBudget, { startMs, endMs }: ParsedWindow): string {
  return `${period}:${startMs}:${endMs}`;
}

function scriptThresholds({ thresholds }: ParsedBudget): readonly (readonly [string, string])[] {
  return thresholds.map(({ dueAt, key }) => [scriptAmount("limit", dueAt), key] as const);
}

/** A budget in the window in which a call was admitted. */
export function settledBudget(budget: ParsedBudget, window: ParsedWindow, index: number) {
  const thresholds = scriptThresholds(budget);
  return { index, chosen: 0, window: windowField(budget, window), ends: window.endMs, thresholds };
}

/** Writes limits as JSON for the scripts, once for each object, which lives as long as its configuration does. */
export function scriptLimits(limits: ScopeLimits): string {
  let text = known.get(limits);
  if (text === undefined) {
    text = write(limits);
    known.set(limits, text);
  }
  return text;
}

const known = new WeakMap<ScopeLimits, string>();

function write(limits: ScopeLimits): string {
  const { key, rate, concurrency, budgets } = parseLimits(limits);
  return JSON.stringify({
    key,
    rate: rate && { burst: rate.burst, interval: rate.intervalMs },
    concurrency,
    budgets: budgets.map((budget) => ({
      period: `${budget.period}Budget`,
      limit: scriptAmount("limit", budget.limitAmount),
      isBlocking: budget.enforcement === "block",
      thresholds: scriptThresholds(budget),
      windows: budget.windows.map((window) => [windowField(budget, window), window.startMs, window.endMs]),
    })),
  });
}
