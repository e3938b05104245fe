import { AIConfigError, formatUsd, type Timeouts } from "@ai-config/config-core";
import { APIUserAbortError } from "@anthropic-ai/sdk";

import type { LimitName, Refusal } from "../admission/admission-store.ts";
import type { EndedBy } from "../calls/call-guard.ts";

const LABELS: Readonly<Record<LimitName, string>> = {
  requestsPerMinute: "requests per minute",
  concurrentRequests: "requests at once",
  dailyBudget: "daily budget",
  weeklyBudget: "weekly budget",
  monthlyBudget: "monthly budget",
};

const FIELDS = {
  connection: "connectionTimeout",
  generation: "generationTimeout",
  total: "totalRequestTimeout",
} as const satisfies Record<Exclude<EndedBy, "caller">, keyof Timeouts>;

/** Names the limit that keeps a call from running, whose it is, and when to try again. */
export function limitReached(refusal: Refusal): AIConfigError {
  const { limit, scope, allowed, used, retryAfterMs, budget } = refusal;
  const whose = scope.kind === "user" ? "The account's" : "The organization's";
  const figure = (value: number | string) => (typeof value === "string" ? formatUsd(value) : String(value));
  const seconds = Math.ceil(retryAfterMs / 1_000);
  return new AIConfigError("LIMIT_REACHED", {
    message: `${whose} limit of ${LABELS[limit]} is reached: ${figure(used)} of ${figure(allowed)} taken. Try again in ${seconds} s.`,
    retryAfterMs,
    details: { limit, scope, allowed, used, retryAfterMs, ...(budget && { budget }) },
  });
}

/** Why a call was ended from our side: its caller's own wish comes in the SDK's words. */
export function endedError(
  by: EndedBy,
  timeouts: Timeouts,
  details: Readonly<Record<string, unknown>> = {},
): Error {
  if (by === "caller") return new APIUserAbortError();
  const name = FIELDS[by];
  const ms = timeouts[name];
  return new AIConfigError("CALL_TIMEOUT", {
    message: `The call took longer than its ${name} of ${ms} ms. Try again, or have the timeout raised.`,
    details: { ...details, timeout: name, ms },
  });
}
