import { createHash } from "node:crypto";

import type { ScopeLimits } from "./admission-store.ts";
import { type ParsedLimits, parseLimits } from "./parsed-limits.ts";

const rules = new WeakMap<ScopeLimits, { readonly rule: string | undefined }>();

/**
 * By what a tally in the database is known to hold for these limits: a hash of all that a call is judged by. Undefined
 * where a tally cannot hold them, because two budgets count in one window.
 */
export function tallyRule(limits: ScopeLimits): string | undefined {
  let known = rules.get(limits);
  if (known === undefined) {
    known = { rule: ruleOf(parseLimits(limits)) };
    rules.set(limits, known);
  }
  return known.rule;
}

function ruleOf({ rate, concurrency, budgets }: ParsedLimits): string | undefined {
  if (new Set(budgets.map(({ period }) => period)).size < budgets.length) return undefined;
  const judged = [
    rate?.intervalMs,
    rate?.burst,
    concurrency,
    budgets.map(({ period, enforcement, limitAmount, thresholds, windows }) => [
      period,
      enforcement,
      String(limitAmount),
      thresholds.map(({ key }) => key),
      windows.map(({ startMs, endMs }) => [startMs, endMs]),
    ]),
  ];
  return createHash("sha256").update(JSON.stringify(judged)).digest("base64url").slice(0, 22);
}
