import type { BudgetPeriod, BudgetWindow, Usd } from "@ai-config/config-core";

import type { LedgerEntry } from "../ledger/ledger-entry.ts";

/**
 * Whose limits they are. A person's count whichever organization a call is made in, so that nobody gets a second
 * budget by making a second organization.
 */
export interface Scope {
  readonly kind: "user" | "organization";
  /** Uuid. */
  readonly id: string;
}

/**
 * A bucket that holds `burst` + 1 calls and gets `perMinute` back each minute. Under a changed limit what is in it
 * stays the same number of calls.
 */
export interface RateLimit {
  readonly perMinute: number;
  readonly burst: number;
}

export interface BudgetLimit {
  readonly period: BudgetPeriod;
  readonly limit: Usd;
  /** `warn` admits beyond the limit and says so. */
  readonly enforcement: "block" | "warn";
  /** Parts of the limit, as 0.5, at which an alert is due. */
  readonly thresholds: readonly number[];
  /**
   * The window around now by this process's clock and, close to its edge, its neighbour. The clock of the store
   * chooses, so that processes whose clocks differ count in the same window.
   */
  readonly windows: readonly BudgetWindow[];
}

/** What holds for one scope at this moment. Limits come with each call: a changed one holds at once. */
export interface ScopeLimits {
  readonly scope: Scope;
  readonly rate?: RateLimit | undefined;
  /** Calls at once. */
  readonly concurrency?: number | undefined;
  readonly budgets: readonly BudgetLimit[];
  /**
   * The same with all budgets, where these are for a call that costs nothing and counts in none: a store may count it
   * beside calls that do.
   */
  readonly whole?: ScopeLimits | undefined;
}

export interface AdmissionRequest {
  /**
   * Uuid of the admission. The same id twice is the same admission: its first answer is given again as long as its
   * lease lives, without the alerts it told of. A refused id may be tried again, a settled one throws.
   */
  readonly id: string;
  /** The user first, then the organization. */
  readonly scopes: readonly ScopeLimits[];
  /** The upper bound of the call's cost. */
  readonly reserve: Usd;
  /** How long the slot and the reservation live unless they are renewed. */
  readonly leaseMs: number;
}

export type LimitName =
  | "requestsPerMinute"
  | "concurrentRequests"
  | "dailyBudget"
  | "weeklyBudget"
  | "monthlyBudget";

/** A window's figures. */
export interface BudgetState {
  readonly scope: Scope;
  readonly period: BudgetPeriod;
  readonly limit: Usd;
  readonly enforcement: "block" | "warn";
  /** Settled. */
  readonly spent: Usd;
  /** Held by calls that still run. */
  readonly reserved: Usd;
  readonly startsAt: Date;
  readonly resetsAt: Date;
}

/**
 * When it is worth trying again for what running calls hold, a slot or a part of a budget, in milliseconds: a call may end
 * at any moment, and nobody knows when.
 */
export const CALL_WAIT_MS = 1_000;

/** Waits that differ by no more are the same, in milliseconds: sums of moments are no more exact. */
export const SAME_WAIT_MS = 1;

/**
 * Why a call may not run: of the limits that stand against it the one that will for the longest, so that whoever comes
 * again then is not refused by another: ever, where the call can cost more than a whole budget. Of those that stand
 * equally long it is the first, the user's in the order of `LimitName`; what running calls hold may be free at any
 * moment, so it is named where nothing stands for longer, and slots where nothing else stands.
 */
export interface Refusal {
  readonly limit: LimitName;
  readonly scope: Scope;
  /** The limit: calls a minute, calls at once, or USD as decimal text. */
  readonly allowed: number | Usd;
  /** What is taken of it: calls in the bucket, a begun one as whole, calls that run, or USD spent and reserved. */
  readonly used: number | Usd;
  /** When it is worth trying again: the bucket's next call, the window's reset, or `CALL_WAIT_MS`. */
  readonly retryAfterMs: number;
  /** The window's figures where it is a budget. */
  readonly budget?: BudgetState | undefined;
  /** The rate where it is one: of its bucket `used` is told, and it holds `burst` + 1 calls. */
  readonly rate?: RateLimit | undefined;
}

/**
 * Something was spent, and it is `threshold` times the limit or more: for the first time in its window under this
 * limit, by whichever process.
 */
export interface BudgetAlert {
  readonly scope: Scope;
  readonly period: BudgetPeriod;
  readonly threshold: number;
  readonly limit: Usd;
  readonly spent: Usd;
  readonly startsAt: Date;
  readonly resetsAt: Date;
}

export interface Admitted {
  readonly isAdmitted: true;
  readonly id: string;
  /** Every budget that applies, this call's reservation included. */
  readonly budgets: readonly BudgetState[];
  /** Thresholds that a lowered limit put behind what is spent already. */
  readonly alerts: readonly BudgetAlert[];
}

export interface Refused {
  readonly isAdmitted: false;
  readonly refusal: Refusal;
  readonly alerts: readonly BudgetAlert[];
}

export type Admission = Admitted | Refused;

export interface Settlement {
  readonly admission: Admitted;
  /** The request that was admitted: its thresholds are held against what is spent now. */
  readonly request: AdmissionRequest;
  /** What the call cost. */
  readonly cost: Usd;
  readonly entry: LedgerEntry;
}

export interface Settled {
  /** False where this admission was settled before: nothing was booked again. */
  readonly isBooked: boolean;
  /** The lease had ended: the reservation was free in between, and the cost was booked all the same. */
  readonly wasLate: boolean;
  readonly budgets: readonly BudgetState[];
  readonly alerts: readonly BudgetAlert[];
}

/** What a look at budgets found. */
export interface Reviewed {
  readonly budgets: readonly BudgetState[];
  /** Thresholds that a changed limit put behind what is spent already. */
  readonly alerts: readonly BudgetAlert[];
}

/**
 * Shared state of rates, slots and budgets. Each method is atomic over all scopes and limits of its argument.
 * Whatever cannot be decided throws: admission fails closed.
 */
export interface AdmissionStore {
  /** All or nothing: a call refused for one reason uses none of the other limits. */
  admit(request: AdmissionRequest): Promise<Admission>;
  /** Books the true cost in the windows of the admission, frees slot and reservation, writes the ledger. Once. */
  settle(settlement: Settlement): Promise<Settled>;
  /** Prolongs the leases of calls that still run. Answers the ids that are still held. */
  renew(ids: readonly string[], leaseMs: number): Promise<readonly string[]>;
  /** Frees what expired leases hold. Answers how many there were. */
  sweep(): Promise<number>;
  /** The figures of every budget, for people to read. */
  status(scopes: readonly ScopeLimits[]): Promise<readonly BudgetState[]>;
  /**
   * The figures as `status` gives them, and the alerts that are due under these limits and were not told of: now they
   * are, as by a call. Nothing else changes; who was never alerted leaves no trace.
   */
  review(scopes: readonly ScopeLimits[]): Promise<Reviewed>;
  /** Waits until what was settled is kept for good, no longer than a store takes by itself, or than told. */
  close(withinMs?: number): Promise<void>;
}
