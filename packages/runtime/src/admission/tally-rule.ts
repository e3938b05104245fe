import { createHash } from "node:crypto";

import type { ScopeLimits } from "./admission-store.ts";
import { type ParsedLimits, parseLimits } from "./parsed-limits.ts";

const rules = new WeakMap<ScopeLimits, { readonly rule: string | undefined }>();

/**
 * By what a tally in the database is known to hold for these limits: a hash of all that a call is judged by. Undefined
 * where no tally is made for them, because two budgets count in one window or these are not all.
 */
export function tallyRule(limits: ScopeLimits): string | undefined {
  let known = rules.get(limits);
  if (known === undefined) {
    known = { rule: limits.whole === undefined ? ruleOf(parseLimits(limits)) : undefined };
    rules.set(limits, known);
  }
  return known.rule;
}

/** The rule of the tally that a call under these limits may be counted in: what costs nothing fits in the whole one. */
export function fittingRule(limits: ScopeLimits): string | undefined {
  return tallyRule(limits.whole ?? limits);
}

/** What limits are told apart by: the same scope and the same rule make the same limits, whatever object they came in. */
export function limitsIdentity(limits: ScopeLimits): ScopeLimits | string {
  const rule = tallyRule(limits);
  return rule === undefined ? limits : `${parseLimits(limits).key} ${rule}`;
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
