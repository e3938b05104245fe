import { type Amount, parseUsd, toUsd } from "@ai-config/config-core";

import type { AdmissionRequest } from "./admission-store.ts";
import { parseLimits } from "./parsed-limits.ts";
import { fittingRule } from "./tally-rule.ts";

/** What a batch asks of one scope, all calls together. */
interface Asked {
  readonly rule: string;
  readonly place: number;
  calls: number;
  reserve: Amount;
  /** The first of the leases to end. */
  leaseMs: number;
}

/**
 * The further parts of `private.admit_calls`, by which it decides a batch as a whole: whatever fits as a sum would
 * also fit one by one. Empty where sums do not tell: an id twice, a scope with two rules, limits that no tally holds.
 */
export function sumsOf(requests: readonly AdmissionRequest[]): readonly (readonly (string | number)[])[] {
  const ids = new Set(requests.map(({ id }) => id.toLowerCase()));
  if (ids.size < requests.length) return [];
  const asked = new Map<string, Asked>();
  const places: number[][] = [];
  for (const { scopes, reserve, leaseMs } of requests) {
    const amount = parseUsd(reserve);
    const own: number[] = [];
    for (const limits of scopes) {
      const { key } = parseLimits(limits);
      const rule = fittingRule(limits);
      const known = asked.get(key);
      if (rule === undefined || (known !== undefined && known.rule !== rule)) return [];
      const sum = known ?? { rule, place: asked.size + 1, calls: 0, reserve: 0n, leaseMs: Infinity };
      if (known === undefined) asked.set(key, sum);
      if (own.includes(sum.place)) return [];
      own.push(sum.place);
      sum.calls += 1;
      sum.reserve += amount;
      sum.leaseMs = Math.min(sum.leaseMs, leaseMs);
    }
    places.push(own);
  }
  const sums = [...asked.values()];
  return [
    [...asked.keys()],
    sums.map(({ rule }) => rule),
    sums.map(({ calls }) => calls),
    sums.map(({ reserve }) => toUsd(reserve)),
    sums.map(({ leaseMs }) => leaseMs),
    requests.map(({ leaseMs }) => leaseMs),
    places.map(([one = 1]) => one),
    places.map(([, other]) => other ?? "NULL"),
  ];
}
