import { toUsd } from "@ai-config/config-core";
import { usageColumns } from "../ledger/usage-columns.ts";
import type { AdmissionRequest, BudgetState, ScopeLimits, Settlement } from "./admission-store.ts";
import { type ParsedBudget, parseLimits, scopeKey } from "./parsed-limits.ts";
import { sumsOf } from "./postgres-sums.ts";

/** Limits as `private.settle_calls` reads them, once for each object they came in. */
const encoded = new WeakMap<ScopeLimits, string>();

function encode(limits: ScopeLimits): string {
  let text = encoded.get(limits);
  if (text === undefined) {
    const { key, rate, concurrency, budgets } = parseLimits(limits);
    text = JSON.stringify({
      s: key,
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

  placesOf(scopes: readonly ScopeLimits[]): string {
    return `[${scopes.map((limits) => this.#placeOf(encode(limits))).join(",")}]`;
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
  const known = new Map<ScopeLimits, number>();
  const places = requests.map(({ scopes }) =>
    scopes.map((limits) => {
      const place = known.get(limits) ?? known.size;
      known.set(limits, place);
      return place;
    }),
  );
  const calls = requests.map(({ leaseMs }, index) => {
    const [one = 0, other] = places[index] ?? [];
    return `{${leaseMs},${one + 1},${other === undefined ? "NULL" : other + 1}}`;
  });
  const all = [...known.keys()].map(partsOf);
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
    ...sumsOf(requests, [...known.keys()], places),
  ];
  return { text: lists.map((list) => `{${list.join(",")}}`).join("|"), places };
}

/** The argument of `private.settle_calls`. */
export function settlementBatch(settlements: readonly Settlement[]): string {
  const limits = new Limits();
  const calls = settlements.map((settlement) => {
    const { admission, request, cost, entry } = settlement;
    const windows = windowsOf(settlement).map(({ startsAt, resetsAt }) => [
      startsAt.getTime(),
      resetsAt.getTime(),
    ]);
    return `["${admission.id}","${cost}",${limits.placesOf(request.scopes)},${JSON.stringify(windows)},${usageColumns(entry)}]`;
  });
  return `{"l":${limits},"s":[${calls.join(",")}]}`;
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
