import { randomUUID } from "node:crypto";

import { type BudgetPeriod, sumUsd, type Usd } from "@ai-config/config-core";
import { expect } from "vitest";

import type {
  Admission,
  AdmissionRequest,
  AdmissionStore,
  Admitted,
  BudgetAlert,
  BudgetLimit,
  BudgetState,
  Refusal,
  Scope,
  ScopeLimits,
  Settled,
} from "../../src/admission/admission-store.ts";
import type { LedgerEntry } from "../../src/ledger/ledger-entry.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/**
 * How far the clock of a store with a ledger is ahead of its calls' own, so that no window finds them in the ledger: what
 * budgets begin with that are set later is told by `describeLateWindows`.
 */
export const CLOCK_AHEAD_MS = 400 * 24 * HOUR;

export async function scopeOf(under: StoreUnderTest, kind: Scope["kind"]): Promise<Scope> {
  return { kind, id: (await under.makeId?.(kind)) ?? randomUUID() };
}

/** A budget whose window is around now with much room on both sides. */
export async function budgetOf(
  under: StoreUnderTest,
  limit: Usd,
  given: Partial<BudgetLimit> = {},
): Promise<BudgetLimit> {
  const now = await under.now();
  const windows = [{ start: new Date(now - 5 * HOUR), end: new Date(now + 19 * HOUR) }];
  return { period: "daily", limit, enforcement: "block", thresholds: [], windows, ...given };
}

export function limitsOf(scope: Scope, given: Partial<Omit<ScopeLimits, "scope">> = {}): ScopeLimits {
  return { scope, budgets: [], ...given };
}

export function ask(
  scopes: ScopeLimits | readonly ScopeLimits[],
  given: Partial<Omit<AdmissionRequest, "scopes">> = {},
): AdmissionRequest {
  return { id: randomUUID(), scopes: [scopes].flat(), reserve: "0", leaseMs: 10 * MINUTE, ...given };
}

export async function admit(store: AdmissionStore, request: AdmissionRequest): Promise<Admitted> {
  const admission = await store.admit(request);
  expect(admission).toMatchObject({ isAdmitted: true, id: request.id });
  return admission as Admitted;
}

export async function refuse(store: AdmissionStore, request: AdmissionRequest): Promise<Refusal> {
  return refusalOf(await store.admit(request));
}

export function refusalOf(admission: Admission): Refusal {
  if (admission.isAdmitted) throw new Error("The call was admitted.");
  return admission.refusal;
}

export function settle(
  store: AdmissionStore,
  admission: Admitted,
  request: AdmissionRequest,
  cost: Usd,
): Promise<Settled> {
  return store.settle({ admission, request, cost, entry: entryOf(request, cost) });
}

/** One call from admission to settlement. */
export async function spend(
  store: AdmissionStore,
  scopes: ScopeLimits | readonly ScopeLimits[],
  cost: Usd,
): Promise<Settled> {
  const request = ask(scopes);
  return settle(store, await admit(store, request), request, cost);
}

export function entryOf({ id, scopes }: AdmissionRequest, cost: Usd): LedgerEntry {
  const idOf = (kind: Scope["kind"]) => scopes.find(({ scope }) => scope.kind === kind)?.scope.id;
  return {
    id,
    userId: idOf("user") ?? randomUUID(),
    organizationId: idOf("organization") ?? null,
    modelAsked: "claude-sonnet-4-5-20250929",
    modelServed: "claude-sonnet-4-5-20250929",
    apiVersion: "2023-06-01",
    keySlot: "primary",
    startedAt: new Date(),
    firstByteMs: null,
    durationMs: 1,
    attempts: 1,
    outcome: "success",
    errorType: null,
    httpStatus: 200,
    stopReason: "end_turn",
    operation: "message",
    isStream: false,
    inputTokens: 1,
    outputTokens: 1,
    cacheReadTokens: 0,
    cacheWrite5mTokens: 0,
    cacheWrite1hTokens: 0,
    webSearches: 0,
    cost,
    costBasis: "exact",
    configurationVersion: null,
    anthropicRequestIds: [`req_${id}`],
    experimentVariant: null,
    label: null,
    tags: {},
  };
}

/** An amount without needless zeros, as a database may have written them. */
export function plain(amount: Usd | number): Usd {
  return sumUsd([String(amount)]);
}

/** The figures of one budget of a scope. */
export function figuresOf(
  budgets: readonly BudgetState[],
  { scope }: { readonly scope: Scope },
  period: BudgetPeriod = "daily",
): Pick<BudgetState, "spent" | "reserved"> {
  const state = budgets.find((one) => one.scope.id === scope.id && one.period === period);
  if (state === undefined) throw new Error(`There is no ${period} budget of this scope.`);
  return { spent: plain(state.spent), reserved: plain(state.reserved) };
}

/** What everybody can see of a scope's budget, after everything that has ended is freed. */
export async function statusOf(
  under: StoreUnderTest,
  limits: ScopeLimits,
  period: BudgetPeriod = "daily",
): Promise<Pick<BudgetState, "spent" | "reserved">> {
  await under.store.sweep();
  return figuresOf(await under.twin.status([limits]), limits, period);
}

/** What the ledger says a scope has spent. */
export async function ledgerSum(under: StoreUnderTest, { id }: Scope): Promise<Usd> {
  const entries = await under.ledger();
  return sumUsd(
    entries.filter((one) => one.userId === id || one.organizationId === id).map(({ cost }) => cost),
  );
}

export function thresholdsOf(alerts: readonly BudgetAlert[]): number[] {
  return alerts.map(({ threshold }) => threshold).toSorted((a, b) => a - b);
}
