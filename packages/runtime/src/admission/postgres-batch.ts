import { toUsd } from "@ai-config/config-core";
import { usageColumns } from "../ledger/usage-columns.ts";
import type { AdmissionRequest, BudgetState, ScopeLimits, Settlement } from "./admission-store.ts";
import { type ParsedBudget, parseLimits, scopeKey } from "./parsed-limits.ts";
import { sumsOf } from "./postgres-sums.ts";
import { fittingRule, limitsIdentity, tallyRule } from "./tally-rule.ts";

/** Limits as `private.settle_calls` reads them, once for each object they came in. */
const encoded = new WeakMap<ScopeLimits, string>();

function encode(limits: ScopeLimits): string {
  let text = encoded.get(limits);
  if (text === undefined) {
    const { key, rate, concurrency, budgets } = parseLimits(limits);
    text = JSON.stringify({
      s: key,
      r: fittingRule(limits),
      n: rate?.intervalMs ?? null,
      b: rate?.burst ?? 0,
      c: concurrency ?? null,
      w: budgets.map((budget) => [
        budget.period,
        budget.limit,
        budget.enforcement === "block",
        budget.thresholds.map(({ key, dueAt, threshold }) => [key, toUsd(dueAt), String(threshold)]),
        budget.windows.map(({ startMs, endMs }) => [startMs, endMs]),
      ]),
    });
    encoded.set(limits, text);
  }
  return text;
}

/** Every limit that a batch speaks of, once, and its place. */
class Limits {
  readonly #places = new Map<string, number>();

  placesOf(scopes: readonly ScopeLimits[]): readonly number[] {
    return scopes.map((limits) => this.#placeOf(encode(limits)));
  }

  #placeOf(text: string): number {
    let place = this.#places.get(text);
    if (place === undefined) {
      place = this.#places.size;
      this.#places.set(text, place);
    }
    return place;
  }

  toString(): string {
    return `[${[...this.#places.keys()].join(",")}]`;
  }
}

/** What `private.admit_calls` reads of one scope's limits, as parts of array literals. */
interface Parts {
  readonly scope: string;
  readonly limit: string;
  readonly periods: readonly string[];
  readonly limits: readonly string[];
  readonly budgets: readonly string[];
  readonly windows: readonly string[];
  readonly due: readonly string[];
  readonly keys: readonly string[];
}

const parts = new WeakMap<ScopeLimits, Parts>();

function partsOf(limits: ScopeLimits): Parts {
  let known = parts.get(limits);
  if (known === undefined) {
    const { key, rate, concurrency, budgets } = parseLimits(limits);
    const thresholds = budgets.flatMap((budget) => budget.thresholds);
    known = {
      scope: key,
      limit: `{${rate?.intervalMs ?? "NULL"},${rate?.burst ?? 0},${concurrency ?? "NULL"},${budgets.length}}`,
      periods: budgets.map(({ period }) => period),
      limits: budgets.map(({ limit }) => limit),
      budgets: budgets.map(
        ({ enforcement, windows, thresholds }) =>
          `{${enforcement === "block" ? 1 : 0},${windows.length},${thresholds.length}}`,
      ),
      windows: budgets.flatMap(({ windows }) => windows.map(({ startMs, endMs }) => `{${startMs},${endMs}}`)),
      due: thresholds.map(({ dueAt }) => toUsd(dueAt)),
      keys: thresholds.map(({ key }) => key),
    };
    parts.set(limits, known);
  }
  return known;
}

export interface AdmissionBatch {
  /** The argument of `private.admit_calls`: array literals between bars. */
  readonly text: string;
  /** Where the limits of each request stand among those of the batch. */
  readonly places: readonly (readonly number[])[];
}

/** Requests that go together, with each limit once however many of them it is for. */
export function admissionBatch(requests: readonly AdmissionRequest[]): AdmissionBatch {
  const known = new Map<unknown, { readonly place: number; readonly limits: ScopeLimits }>();
  const places = requests.map(({ scopes }) =>
    scopes.map((limits) => {
      const identity = limitsIdentity(limits);
      const { place } = known.get(identity) ?? { place: known.size };
      if (place === known.size) known.set(identity, { place, limits });
      return place;
    }),
  );
  const calls = requests.map(({ leaseMs }, index) => {
    const [one = 0, other] = places[index] ?? [];
    return `{${leaseMs},${one + 1},${other === undefined ? "NULL" : other + 1}}`;
  });
  const told = [...known.values()].map(({ limits }) => limits);
  const all = told.map(partsOf);
  const scopes = [...new Set(all.map(({ scope }) => scope))].sort();
  const lists = [
    scopes,
    all.map(({ scope }) => scope),
    all.map(({ limit }) => limit),
    all.flatMap(({ periods }) => periods),
    all.flatMap(({ limits }) => limits),
    all.flatMap(({ budgets }) => budgets),
    all.flatMap(({ windows }) => windows),
    all.flatMap(({ due }) => due),
    all.flatMap(({ keys }) => keys),
    requests.map(({ id }) => id),
    requests.map(({ reserve }) => reserve),
    calls,
    told.map((limits) => tallyRule(limits) ?? "NULL"),
    ...sumsOf(requests),
  ];
  return { text: lists.map((list) => `{${list.join(",")}}`).join("|"), places };
}

/**
 * The first argument of `private.admit_call`, for a call that asks by itself. Undefined where no tally can hold its
 * limits, or two of them are of one scope.
 */
export function loneCall({ id, reserve, leaseMs, scopes }: AdmissionRequest): string | undefined {
  const tallies = talliesOf(scopes);
  return tallies && `${id}|${reserve}|${leaseMs}${tallies}`;
}

const tallies = new WeakMap<readonly ScopeLimits[], { readonly text: string | undefined }>();

/** One or two scopes, each with the rule that its tally must hold for. */
function talliesOf(scopes: readonly ScopeLimits[]): string | undefined {
  let known = tallies.get(scopes);
  if (known === undefined) {
    const keys = scopes.map((limits) => parseLimits(limits).key);
    const rules = scopes.map(fittingRule);
    const canHold = new Set(keys).size === keys.length && !rules.includes(undefined);
    const text = `${keys.map((key, place) => `|${key}|${rules[place]}`).join("")}${keys.length === 1 ? "||" : ""}`;
    known = { text: canHold ? text : undefined };
    tallies.set(scopes, known);
  }
  return known.text;
}

export interface SettlementBatch {
  /** The argument of `private.settle_calls`. */
  readonly text: string;
  /** Where the limits of each call stand among those of the batch. */
  readonly places: readonly (readonly number[])[];
}

export function settlementBatch(settlements: readonly Settlement[]): SettlementBatch {
  const limits = new Limits();
  const places = settlements.map(({ request }) => limits.placesOf(request.scopes));
  const calls = settlements.map(
    (one, index) => `${bookingOf(one, places[index] ?? [])}${usageColumns(one.entry)}]`,
  );
  return { text: `{"l":${limits},"s":[${calls.join(",")}]}`, places };
}

/**
 * The arguments of `private.settle_call`, for a call that ends by itself: how it is booked by tallies, what goes before
 * its record where it is not, and the record. Undefined where no tally can hold its limits.
 */
export function loneSettlement(settlement: Settlement): readonly [string, string, string] | undefined {
  const { admission, request, cost, entry } = settlement;
  const tallies = talliesOf(request.scopes);
  if (tallies === undefined) return undefined;
  const limits = new Limits();
  const booking = bookingOf(settlement, limits.placesOf(request.scopes));
  return [`${admission.id}|${cost}${tallies}`, `{"l":${limits},"s":[${booking}`, usageColumns(entry)];
}

/** A settlement up to its record. */
function bookingOf(settlement: Settlement, places: readonly number[]): string {
  const windows = windowsOf(settlement).map(
    ({ startsAt, resetsAt }) => `[${startsAt.getTime()},${resetsAt.getTime()}]`,
  );
  return `["${settlement.admission.id}","${settlement.cost}",[${places.join(",")}],[${windows.join(",")}],`;
}

/** The argument of `private.budget_figures`. */
export function statusQuery(scopes: readonly ScopeLimits[]): string {
  return JSON.stringify(
    budgetsOf(scopes).map(({ scope, period, windows }) => [
      scopeKey(scope),
      period,
      windows.map(({ startMs, endMs }) => [startMs, endMs]),
    ]),
  );
}

/** Every budget of a call, in the order of judgement. */
export function budgetsOf(scopes: readonly ScopeLimits[]): readonly ParsedBudget[] {
  return scopes.flatMap((limits) => parseLimits(limits).budgets);
}

/** The windows a call was admitted in, side by side with its budgets. */
function windowsOf({ admission, request }: Settlement): readonly BudgetState[] {
  return budgetsOf(request.scopes).map((budget) => {
    const state = admission.budgets.find(
      ({ scope, period }) => period === budget.period && scopeKey(scope) === scopeKey(budget.scope),
    );
    if (state === undefined)
      throw new Error("A call is settled with other budgets than it was admitted with.");
    return state;
  });
}
