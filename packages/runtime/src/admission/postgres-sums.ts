import { type Amount, parseUsd, toUsd } from "@ai-config/config-core";

import type { AdmissionRequest, ScopeLimits } from "./admission-store.ts";
import { parseLimits } from "./parsed-limits.ts";
import { tallyRule } from "./tally-rule.ts";

/** What a batch asks of the limits of one scope, all calls together. */
interface Asked {
  calls: number;
  reserve: Amount;
  /** The first of the leases to end. */
  leaseMs: number;
}

/**
 * The further parts of `private.admit_calls`, by which it decides a batch as a whole: whatever fits as a sum would
 * also fit one by one. Empty where sums do not tell: an id twice, a scope with two rules, limits that no tally holds.
 * `limits` are those of the batch and `places` where those of each request stand among them.
 */
export function sumsOf(
  requests: readonly AdmissionRequest[],
  limits: readonly ScopeLimits[],
  places: readonly (readonly number[])[],
): readonly (readonly (string | number)[])[] {
  const scopes = new Set(limits.map((each) => parseLimits(each).key));
  const ids = new Set(requests.map(({ id }) => id.toLowerCase()));
  if (
    ids.size < requests.length ||
    scopes.size < limits.length ||
    limits.some((each) => tallyRule(each) === undefined)
  ) {
    return [];
  }
  const asked = askedOf(requests, limits.length, places);
  return [
    asked.map(({ calls }) => calls),
    asked.map(({ reserve }) => toUsd(reserve)),
    asked.map(({ leaseMs }) => leaseMs),
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
