import { type Amount, parseUsd, type Usd } from "@ai-config/config-core";

import type { ScopeLimits } from "../admission-store.ts";
import { invalidArgument } from "../invalid-argument.ts";
import { amountOf, type ParsedBudget, type ParsedWindow, parseLimits } from "../parsed-limits.ts";

const UNIT = parseUsd("1");
const DIGITS = 15;
const DECIMALS = 28;
/** Amounts up to here can be added up a million times before a sum has more than 15 digits. */
const AMOUNT_MAX = 1_000_000_000n * UNIT;

/** An amount with all its digits, as the scripts read it: always of the same length. */
export function scriptAmount(path: string, amount: Amount): string {
  if (amount > AMOUNT_MAX) throw invalidArgument(path, "Must be at most 1,000,000,000 USD.");
  return scriptSum(amount);
}

/** A sum of amounts, which may be more than one of them. */
export function scriptSum(amount: Amount): string {
  const dollars = (amount / UNIT).toString().padStart(DIGITS, "0");
  return `${dollars}.${(amount % UNIT).toString().padStart(DECIMALS, "0")}`;
}

export function scriptUsd(path: string, text: Usd): string {
  return scriptAmount(path, amountOf(path, text));
}

/** The name of a window among the counters of its scope. */
export function windowName(
  { period }: Pick<ParsedBudget, "period">,
  { startMs, endMs }: Pick<ParsedWindow, "startMs" | "endMs">,
): string {
  return `${period}:${startMs}:${endMs}`;
}

/** When each threshold is due, and by what it is remembered. */
export function scriptThresholds({ thresholds }: ParsedBudget): string {
  return thresholds.map(({ dueAt, key }) => `${scriptAmount("limit", dueAt)}=${key}`).join(" ");
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
  return JSON.stringify([
    key,
    rate?.burst ?? false,
    rate?.intervalMs ?? false,
    concurrency ?? false,
    ...budgets.map((budget) => [
      budget.period,
      scriptAmount("limit", budget.limitAmount),
      budget.enforcement === "block",
      scriptThresholds(budget),
      ...budget.windows.map((window) => windowName(budget, window)),
    ]),
  ]);
}
