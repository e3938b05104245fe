import type { Amount, BudgetPeriod } from "@ai-config/config-core";

import type { Admitted } from "./admission-store.ts";
import type { ParsedBudget, ParsedRate, ParsedWindow } from "./parsed-limits.ts";

/** What is counted for one user or organization. */
export interface MemoryScope {
  readonly key: string;
  /** When the bucket will be empty, at one call each `intervalMs`. */
  emptyAt: number;
  intervalMs: number;
  readonly leases: Set<Lease>;
  windows: MemoryWindow[];
}

export interface MemoryWindow {
  readonly period: BudgetPeriod;
  readonly startsAt: Date;
  readonly resetsAt: Date;
  readonly startMs: number;
  readonly endMs: number;
  spent: Amount;
  /** Spent and reserved. */
  taken: Amount;
  /** Leases that will be booked here. */
  holders: number;
  alerted: Set<string> | undefined;
}

/** A call that was admitted and is not settled. */
export interface Lease {
  readonly id: string;
  readonly reserve: Amount;
  readonly scopes: readonly MemoryScope[];
  /** Side by side with `windows`. */
  readonly budgets: readonly ParsedBudget[];
  /** Of the budgets that it was judged by. */
  readonly windows: readonly MemoryWindow[];
  /** All that it is counted in. */
  readonly counted: MemoryWindow[];
  readonly admittedAt: number;
  endsAt: number;
  answer: Admitted;
}

/** How long after its end a window takes late settlements into its sum. */
const LATE_MS = 3_600_000;

export function newScope(key: string): MemoryScope {
  return { key, emptyAt: 0, intervalMs: 1, leases: new Set(), windows: [] };
}

/** The counters of a window, made where there are none in place of those that have passed. Calls that run join it. */
export function countersOf(
  scope: MemoryScope,
  period: BudgetPeriod,
  window: ParsedWindow,
  at: number,
): MemoryWindow {
  const known = findCounters(scope, period, window.startMs);
  if (known !== undefined) return known;
  const { startsAt, resetsAt, startMs, endMs } = window;
  const made: MemoryWindow = {
    period,
    startsAt,
    resetsAt,
    startMs,
    endMs,
    spent: 0n,
    taken: 0n,
    holders: 0,
    alerted: undefined,
  };
  scope.windows = scope.windows.filter((window) => window.holders > 0 || window.endMs + LATE_MS > at);
  scope.windows.push(made);
  for (const lease of scope.leases) {
    if (!isWithin(made, lease.admittedAt)) continue;
    lease.counted.push(made);
    made.taken += lease.reserve;
    made.holders += 1;
  }
  return made;
}

/**
 * Adds the windows of a scope that are open at a moment: a call counts in each, whichever its limits name, so that one
 * that is named again later has missed nothing.
 */
export function addOpenWindows(to: MemoryWindow[], scope: MemoryScope, at: number): void {
  for (const window of scope.windows) if (isWithin(window, at)) to.push(window);
}

function isWithin({ startMs, endMs }: ParsedWindow, at: number): boolean {
  return startMs <= at && at < endMs;
}

/** What calls that run may cost in a window that nobody has counted in yet. */
export function reservedIn(scope: MemoryScope, window: ParsedWindow): Amount {
  let sum = 0n;
  for (const lease of scope.leases) if (isWithin(window, lease.admittedAt)) sum += lease.reserve;
  return sum;
}

export function findCounters(
  scope: MemoryScope,
  period: BudgetPeriod,
  startMs: number,
): MemoryWindow | undefined {
  for (const window of scope.windows) {
    if (window.startMs === startMs && window.period === period) return window;
  }
  return undefined;
}

/** Drops windows that have passed. Whether nothing is left to remember. */
export function isIdle(scope: MemoryScope, at: number): boolean {
  scope.windows = scope.windows.filter(({ holders, endMs }) => holders > 0 || endMs + LATE_MS > at);
  return scope.windows.length === 0 && scope.leases.size === 0 && scope.emptyAt <= at;
}

/** Keeps the number of calls in the bucket when the rate changes. */
export function adaptBucket(scope: MemoryScope, { intervalMs }: ParsedRate, at: number): void {
  if (scope.intervalMs === intervalMs) return;
  const calls = Math.max(0, scope.emptyAt - at) / scope.intervalMs;
  scope.emptyAt = at + calls * intervalMs;
  scope.intervalMs = intervalMs;
}

/** How long until the bucket has room for a call. */
export function rateWait({ emptyAt }: MemoryScope, { burst, intervalMs }: ParsedRate, at: number): number {
  return Math.max(0, emptyAt - burst * intervalMs - at);
}

export function takeCall(scope: MemoryScope, { intervalMs }: ParsedRate, at: number): void {
  scope.emptyAt = Math.max(scope.emptyAt, at) + intervalMs;
}

/** Frees the slot, and of the reservation what the call did not cost. */
export function release(lease: Lease, cost: Amount): void {
  for (const scope of lease.scopes) scope.leases.delete(lease);
  const unused = lease.reserve - cost;
  for (const window of lease.counted) {
    window.taken -= unused;
    window.holders -= 1;
  }
}
