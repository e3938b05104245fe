import { type Amount, parseUsd, toUsd } from "@ai-config/config-core";

import type { AdmissionRequest, ScopeLimits } from "./admission-store.ts";
import { parseLimits } from "./parsed-limits.ts";

/** What a batch asks of the limits of one scope, all calls together. */
interface Asked {
  calls: number;
  reserve: Amount;
  /** The first of the leases to end. */
  leaseMs: number;
}

/** A window that a budget may be counted in: which of them it is, the database's clock chooses. */
interface Candidate {
  readonly budget: number;
  readonly period: string;
  readonly startMs: number;
  readonly endMs: number;
  /** Infinity where the budget only warns. */
  readonly most: string;
  readonly thresholds: number;
}

interface Rules {
  readonly every: string;
  readonly burst: string;
  readonly slots: string;
  readonly candidates: readonly Candidate[];
  /** Two budgets of one window would both have to be added to it. */
  readonly hasSharedWindows: boolean;
}

const rules = new WeakMap<ScopeLimits, Rules>();

function rulesOf(limits: ScopeLimits): Rules {
  let known = rules.get(limits);
  if (known === undefined) {
    const { rate, concurrency, budgets } = parseLimits(limits);
    known = {
      every: String(rate?.intervalMs ?? "NULL"),
      burst: String(rate?.burst ?? 0),
      slots: String(concurrency ?? "NULL"),
      candidates: budgets.flatMap(({ period, limit, enforcement, thresholds, windows }, budget) =>
        windows.map(({ startMs, endMs }) => ({
          budget,
          period,
          startMs,
          endMs,
          most: enforcement === "block" ? limit : "Infinity",
          thresholds: thresholds.length,
        })),
      ),
      hasSharedWindows: new Set(budgets.map(({ period }) => period)).size < budgets.length,
    };
    rules.set(limits, known);
  }
  return known;
}

/**
 * The further parts of `private.admit_calls`, by which it decides a batch as a whole: whatever fits as a sum would
 * also fit one by one. Empty where sums do not tell: an id twice, a scope with two rules, two budgets of one window.
 * `limits` are those of the batch and `places` where those of each request stand among them.
 */
export function sumsOf(
  requests: readonly AdmissionRequest[],
  limits: readonly ScopeLimits[],
  places: readonly (readonly number[])[],
): readonly (readonly (string | number)[])[] {
  const all = limits.map(rulesOf);
  const scopes = new Set(limits.map((each) => parseLimits(each).key));
  const ids = new Set(requests.map(({ id }) => id.toLowerCase()));
  if (
    ids.size < requests.length ||
    scopes.size < limits.length ||
    all.some((each) => each.hasSharedWindows)
  ) {
    return [];
  }
  const asked = askedOf(requests, limits.length, places);
  const candidates = candidatesOf(all);
  return [
    all.map(({ every }) => every),
    all.map(({ burst }) => burst),
    all.map(({ slots }) => slots),
    asked.map(({ calls }) => calls),
    asked.map(({ leaseMs }) => leaseMs),
    candidates.map(({ place }) => place + 1),
    candidates.map(({ period }) => period),
    candidates.map(({ startMs }) => startMs),
    candidates.map(({ endMs }) => endMs),
    candidates.map(({ place }) => toUsd(asked[place]?.reserve ?? 0n)),
    candidates.map(({ most }) => most),
    candidates.map(({ firstDue }) => firstDue),
    candidates.map(({ firstDue, thresholds }) => firstDue + thresholds - 1),
    requests.map(({ leaseMs }) => leaseMs),
    places.map(([one = 0]) => one + 1),
    places.map(([, other]) => (other === undefined ? "NULL" : other + 1)),
  ];
}

function askedOf(
  requests: readonly AdmissionRequest[],
  limits: number,
  places: readonly (readonly number[])[],
): readonly Asked[] {
  const asked = Array.from({ length: limits }, () => ({ calls: 0, reserve: 0n, leaseMs: Infinity }));
  for (const [index, { reserve, leaseMs }] of requests.entries()) {
    const amount = parseUsd(reserve);
    for (const place of places[index] ?? []) {
      const sum = asked[place];
      if (sum === undefined) continue;
      sum.calls += 1;
      sum.reserve += amount;
      sum.leaseMs = Math.min(sum.leaseMs, leaseMs);
    }
  }
  return asked;
}

/** All candidates with the place of their limits, and of their budget's first threshold among all thresholds. */
function candidatesOf(all: readonly Rules[]) {
  let next = 1;
  return all.flatMap(({ candidates }, place) => {
    let budget = -1;
    let firstDue = next;
    return candidates.map((candidate) => {
      if (candidate.budget !== budget) {
        budget = candidate.budget;
        firstDue = next;
        next += candidate.thresholds;
      }
      return { ...candidate, place, firstDue };
    });
  });
}
