import type { Log } from "@ai-config/config-service";

import type { AdmissionStore } from "../admission/admission-store.ts";
import { errorCode } from "../failures/error-code.ts";

/**
 * Frees what calls of ended processes hold, once in each lease: without it their slots and reservations would be
 * shown as held until the next call of the same account.
 */
export function sweepLeases(store: AdmissionStore, leaseMs: number, log: Log): { close(): void } {
  let isSweeping = false;
  const timer = setInterval(async () => {
    if (isSweeping) return;
    isSweeping = true;
    try {
      const freed = await store.sweep();
      if (freed > 0) log("warn", "Calls that ended without a word were freed.", { calls: freed });
    } catch (error) {
      log("warn", "What ended calls hold could not be freed, nor their records written. It is tried again.", {
        code: "SWEEP_FAILED",
        cause: errorCode(error),
      });
    } finally {
      isSweeping = false;
    }
  }, leaseMs).unref();
  return { close: () => clearInterval(timer) };
}
