import { setTimeout as sleep } from "node:timers/promises";

import { type ServiceContext, verifyPendingKeys } from "@ai-config/config-service";
import { isDatabaseUnavailable } from "@ai-config/db";
import type { Logger } from "pino";

import { reportBug } from "./log.ts";

/** Outages of Anthropic last minutes; a key that waits is in use all the while. */
const EVERY_MS = 5 * 60_000;

/** Tries keys that were stored during an outage of Anthropic again and again, until `signal` ends it. */
export async function keepVerifyingKeys(
  service: ServiceContext,
  { signal, log, everyMs = EVERY_MS }: { signal: AbortSignal; log: Logger; everyMs?: number },
): Promise<void> {
  while (!signal.aborted) {
    // Processes that were started together do not ask together.
    const pause = everyMs * (0.75 + Math.random() / 2);
    await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return;
    try {
      await verifyPendingKeys(service);
    } catch (error) {
      if (!isDatabaseUnavailable(error)) reportBug(log, error, undefined);
    }
  }
}
