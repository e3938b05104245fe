import { setTimeout as sleep } from "node:timers/promises";

import { type RetryStrategy, retryDelay } from "@ai-config/config-core";
import { isDatabaseUnavailable } from "@ai-config/db";

/** Quick at first, and never so rare that a restart of the database is felt. */
const WAITING: RetryStrategy = {
  maxRetries: Number.POSITIVE_INFINITY,
  backoffType: "exponential",
  baseDelay: 250,
  maxDelay: 5_000,
};

type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** Does something once the database is there. Rejects with what waiting does not mend, and when it is aborted. */
export async function untilAvailable<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
  wait: Wait = (milliseconds) => sleep(milliseconds, undefined, { signal }),
): Promise<T> {
  for (let number = 0; ; number += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
    }
    await wait(retryDelay(number, WAITING), signal);
  }
}

/** Does something now: true where it is done, false where the database is away. */
export async function isAvailable(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (isDatabaseUnavailable(error)) return false;
    throw error;
  }
}
