import { type RetryStrategy, retryDelay } from "@ai-config/config-core";

import type { Failure } from "../failures/read-failure.ts";

export type NextStep =
  | { readonly do: "retry"; readonly waitMs: number }
  | { readonly do: "other_key" }
  | { readonly do: "next_model" }
  | { readonly do: "give_up" };

export interface Situation {
  readonly strategy: RetryStrategy;
  /** Retries on this model so far. */
  readonly retries: number;
  readonly remainingMs: number;
  readonly hasOtherKey: boolean;
  readonly hasNextModel: boolean;
  readonly random: () => number;
}

type FailedAttempt = Pick<Failure, "retry" | "mayFallBack" | "retryAfterMs">;

/** What is done after a failed attempt. A wait that would outlast the deadline is not begun. */
export function nextStep(failure: FailedAttempt, situation: Situation): NextStep {
  const { strategy, retries, remainingMs, hasOtherKey, hasNextModel, random } = situation;
  if (failure.retry === "other_key" && hasOtherKey) return { do: "other_key" };
  if (failure.retry === "strategy" && retries < strategy.maxRetries) {
    const { retryAfterMs } = failure;
    const options = { random, ...(retryAfterMs !== undefined && { retryAfterMs }) };
    const waitMs = retryDelay(retries, strategy, options);
    if (waitMs < remainingMs) return { do: "retry", waitMs };
  }
  return failure.mayFallBack && hasNextModel ? { do: "next_model" } : { do: "give_up" };
}
