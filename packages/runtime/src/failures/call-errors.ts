import { AIConfigError, compareUsd, formatUsdApart, type Timeouts, type Usd } from "@ai-config/config-core";
import { APIUserAbortError } from "@anthropic-ai/sdk";

import type { LimitName, Refusal } from "../admission/admission-store.ts";
import type { EndedBy } from "../calls/call-guard.ts";

/** A budget refuses what would not fit, whether or not all of it is spent. */
const REACHED: Readonly<Record<LimitName, string>> = {
  requestsPerMinute: "limit of requests per minute is reached",
  concurrentRequests: "limit of requests at once is reached",
  dailyBudget: "daily budget has no room for this call",
  weeklyBudget: "weekly budget has no room for this call",
  monthlyBudget: "monthly budget has no room for this call",
};

/** Beyond twice of it, a wait is told in this unit: the window of a budget ends in days. */
const UNITS = [
  ["days", 86_400],
  ["h", 3_600],
  ["min", 60],
] as const;

const FIELDS = {
  connection: "connectionTimeout",
  generation: "generationTimeout",
  total: "totalRequestTimeout",
} as const satisfies Record<Exclude<EndedBy, "caller" | "closing">, keyof Timeouts>;

/**
 * Names the limit that keeps a call from running, whose it is, and when to try again. `reserve` is the most that the
 * call can cost: where that is more than the whole budget no waiting helps, and no time is named; where the budget is
 * nothing, no shorter call helps either.
 */
export function limitReached(refusal: Refusal, reserve: Usd): AIConfigError {
  const { limit, scope, allowed, used, retryAfterMs, budget, rate } = refusal;
  const whose = scope.kind === "user" ? "The account's" : "The organization's";
  const again = `Try again in ${inWords(retryAfterMs)}.`;
  const details = { limit, scope, allowed, used, retryAfterMs };
  if (rate !== undefined) {
    const atOnce = rate.burst + 1;
    return new AIConfigError("LIMIT_REACHED", {
      message: `${whose} ${REACHED[limit]}: ${used} of ${atOnce} taken, and ${rate.perMinute} a minute ${rate.perMinute === 1 ? "comes" : "come"} back. ${again}`,
      retryAfterMs,
      details: { ...details, atOnce },
    });
  }
  // Amounts are text, and only budgets are amounts.
  if (typeof allowed !== "string" || typeof used !== "string") {
    const message = `${whose} ${REACHED[limit]}: ${used} of ${allowed} taken. ${again}`;
    return new AIConfigError("LIMIT_REACHED", { message, retryAfterMs, details });
  }
  const [taken, all, most] = formatUsdApart([used, allowed, reserve]);
  const asked = `${whose} ${REACHED[limit]}: ${taken} of ${all} taken, and the call can cost up to ${most}.`;
  if (compareUsd(reserve, allowed) > 0) {
    const isNothing = compareUsd(allowed, "0") === 0;
    const advice = isNothing ? "Have" : "Shorten it, lower its max_tokens, or have";
    return new AIConfigError("LIMIT_REACHED", {
      message: `${asked} ${advice} the budget raised.`,
      details: { limit, scope, allowed, used, reserve, budget },
    });
  }
  return new AIConfigError("LIMIT_REACHED", {
    message: `${asked} ${again}`,
    retryAfterMs,
    details: { ...details, reserve, budget },
  });
}

/** A wait as people say it, rather too long than too short: "40 s", "3 h". */
function inWords(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  for (const [unit, size] of UNITS) if (seconds > 2 * size) return `${Math.ceil(seconds / size)} ${unit}`;
  return `${seconds} s`;
}

/** Why a call was ended from our side: its caller's own wish comes in the SDK's words. */
export function endedError(
  by: EndedBy,
  timeouts: Timeouts,
  details: Readonly<Record<string, unknown>> = {},
): Error {
  if (by === "caller") return new APIUserAbortError();
  if (by === "closing") return new AIConfigError("SHUTTING_DOWN", { details });
  const name = FIELDS[by];
  const ms = timeouts[name];
  return new AIConfigError("CALL_TIMEOUT", {
    message: `The call took longer than its ${name} of ${ms} ms. Try again, or have the timeout raised.`,
    details: { ...details, timeout: name, ms },
  });
}
