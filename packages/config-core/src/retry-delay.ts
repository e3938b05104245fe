import type { RetryStrategy } from "./configuration.ts";

export interface RetryDelayOptions {
  /** A number from 0 up to 1. Given, the wait is drawn evenly from nothing to the full delay. */
  random?: () => number;
  /** What the server asked for. The wait is never shorter. */
  retryAfterMs?: number;
  /** The longest wait a server may ask for; 60,000 unless told. */
  retryAfterMaxMs?: number;
}

const RETRY_AFTER_MAX_MS = 60_000;

/** Milliseconds to wait before the next try. `attempt` counts from 0, the wait after the first failure. */
export function retryDelay(
  attempt: number,
  strategy: RetryStrategy,
  options: RetryDelayOptions = {},
): number {
  const { random, retryAfterMs = 0, retryAfterMaxMs = RETRY_AFTER_MAX_MS } = options;
  const full = Math.min(
    strategy.maxDelay,
    strategy.baseDelay * growth(strategy.backoffType, Math.max(0, attempt)),
  );
  const drawn = random === undefined ? full : Math.floor(random() * (full + 1));
  const asked = retryAfterMs > 0 ? Math.min(Math.ceil(retryAfterMs), retryAfterMaxMs) : 0;
  return Math.max(drawn, asked);
}

function growth(backoff: RetryStrategy["backoffType"], attempt: number): number {
  switch (backoff) {
    case "exponential":
      return 2 ** attempt;
    case "linear":
      return attempt + 1;
    case "fixed":
      return 1;
  }
}
