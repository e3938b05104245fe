import { type Amount, type BudgetPeriod, parseUsd, type Usd } from "@ai-config/config-core";

import { isUuid } from "../uuid.ts";
import type { BudgetLimit, RateLimit, Scope, ScopeLimits } from "./admission-store.ts";
import { invalidArgument } from "./invalid-argument.ts";

/** The limits of a scope with amounts as integers, budgets in the order of judgement. */
export interface ParsedLimits {
  readonly scope: Scope;
  readonly key: string;
  readonly rate: ParsedRate | undefined;
  readonly concurrency: number | undefined;
  readonly budgets: readonly ParsedBudget[];
}

export interface ParsedRate extends RateLimit {
  /** One call leaves the bucket each so many milliseconds. */
  readonly intervalMs: number;
}

export interface ParsedBudget {
  readonly scope: Scope;
  readonly period: BudgetPeriod;
  readonly limit: Usd;
  readonly limitAmount: Amount;
  readonly enforcement: "block" | "warn";
  /** Ascending. */
  readonly thresholds: readonly ParsedThreshold[];
  readonly windows: readonly ParsedWindow[];
}

export interface ParsedThreshold {
  readonly threshold: number;
  readonly dueAt: Amount;
  /** As of `thresholdKey`: the same for limits of "1" and "1.00". */
  readonly key: string;
}

export interface ParsedWindow {
  readonly startsAt: Date;
  readonly resetsAt: Date;
  readonly startMs: number;
  readonly endMs: number;
}

/** One dollar as an amount. */
const UNIT = parseUsd("1");
const PERIODS: readonly BudgetPeriod[] = ["daily", "weekly", "monthly"];
const known = new WeakMap<ScopeLimits, ParsedLimits>();

/** Limits are objects that live as long as a configuration does, so each is read once. */
export function parseLimits(limits: ScopeLimits): ParsedLimits {
  let parsed = known.get(limits);
  if (parsed === undefined) {
    parsed = parse(limits);
    known.set(limits, parsed);
  }
  return parsed;
}

function parse({ scope: { kind, id }, rate, concurrency, budgets }: ScopeLimits): ParsedLimits {
  const scope = { kind, id: id.toLowerCase() };
  // Postgres reads a uuid in many spellings: each of them would have counters of its own.
  if (!isUuid(scope.id)) throw invalidArgument("scopes", "The id must be a uuid with its hyphens.");
  return {
    scope,
    key: scopeKey(scope),
    rate: rate && parseRate(rate),
    concurrency,
    budgets: budgets
      .map((budget) => parseBudget(scope, budget))
      .sort((a, b) => PERIODS.indexOf(a.period) - PERIODS.indexOf(b.period)),
  };
}

function parseRate({ perMinute, burst }: RateLimit): ParsedRate {
  if (!(perMinute > 0 && burst >= 0)) throw invalidArgument("rate", "Must be more than 0 calls a minute.");
  return { perMinute, burst, intervalMs: 60_000 / perMinute };
}

export function scopeKey({ kind, id }: Scope): string {
  return `${kind}:${id.toLowerCase()}`;
}

function parseBudget(
  scope: Scope,
  { period, limit, enforcement, thresholds, windows }: BudgetLimit,
): ParsedBudget {
  const limitAmount = amountOf("limit", limit);
  return {
    scope,
    period,
    limit,
    limitAmount,
    enforcement,
    thresholds: thresholds
      .toSorted((a, b) => a - b)
      .map((threshold) => ({
        threshold,
        dueAt: dueAt(limitAmount, threshold),
        key: thresholdKey(limitAmount, threshold),
      })),
    windows: windows.map(({ start, end }) => ({
      startsAt: start,
      resetsAt: end,
      startMs: start.getTime(),
      endMs: end.getTime(),
    })),
  };
}

/** Limit and threshold as one text, by which it is remembered that an alert was told. */
export function thresholdKey(limit: Amount, threshold: number): string {
  return `${limit}:${threshold}`;
}

/** The least amount that is a threshold's part of the limit, and more than nothing. */
function dueAt(limit: Amount, threshold: number): Amount {
  const text = String(threshold);
  const factor = parseUsd(text.includes("e") ? threshold.toFixed(20) : text);
  const part = (limit * factor + UNIT - 1n) / UNIT;
  return part > 0n ? part : 1n;
}

/** Reads an amount that cannot be negative. */
export function amountOf(path: string, text: Usd): Amount {
  const amount = parseUsd(text);
  if (amount < 0n) throw invalidArgument(path, "Must be 0 or more.");
  return amount;
}
