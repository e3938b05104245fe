import type { Log } from "@ai-config/config-service";

import type { AdmissionStore } from "../admission/admission-store.ts";

/** Prolongs the leases of calls that run longer than one. */
export interface LeaseKeeper {
  readonly leaseMs: number;
  keep(id: string): void;
  release(id: string): void;
  close(): void;
}

/** So many renewals may fail before a lease ends. */
const RENEWALS_PER_LEASE = 3;

/** One round trip for all calls of the process, and none while nothing runs that long. */
export function createLeaseKeeper(store: AdmissionStore, leaseMs: number, log: Log): LeaseKeeper {
  const running = new Set<string>();
  let timer: NodeJS.Timeout | undefined;

  async function renew(): Promise<void> {
    timer = undefined;
    if (running.size === 0) return;
    schedule();
    try {
      await store.renew([...running], leaseMs);
    } catch {
      log("warn", "The leases of running calls could not be prolonged. They are tried again.");
    }
  }

  function schedule(): void {
    timer ??= setTimeout(renew, leaseMs / RENEWALS_PER_LEASE).unref();
  }

  return {
    leaseMs,
    keep(id) {
      running.add(id);
      schedule();
    },
    release: (id) => void running.delete(id),
    close: () => clearTimeout(timer),
  };
}
