import type { Log } from "@ai-config/config-service";

import type { AdmissionStore } from "../admission/admission-store.ts";

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
    } catch {
      // Whatever is wrong with the store is told by the calls that need it.
    } finally {
      isSweeping = false;
    }
  }, leaseMs).unref();
  return { close: () => clearInterval(timer) };
}
