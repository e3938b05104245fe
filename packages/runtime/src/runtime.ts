import type { ServiceContext } from "@ai-config/config-service";

import type { AdmissionStore } from "./admission/admission-store.ts";
import type { FairQueue } from "./admission/fair-queue.ts";
import type { CallsUnderWay } from "./calls/calls-under-way.ts";
import type { Clock } from "./calls/clock.ts";
import type { LeaseKeeper } from "./calls/lease-keeper.ts";
import type { Settler } from "./calls/settle-surely.ts";
import type { createCallKeys } from "./provider/call-keys.ts";

/** What all calls of a process share. */
export interface Runtime {
  readonly service: ServiceContext;
  readonly store: AdmissionStore;
  readonly queue: FairQueue;
  readonly underWay: CallsUnderWay;
  readonly settler: Settler;
  readonly leases: LeaseKeeper;
  readonly keysOf: ReturnType<typeof createCallKeys>;
  readonly clock: Clock;
  readonly random: () => number;
  /** How long a call waits for a limit instead of being refused. */
  readonly limitWaitMs: number;
}

/** For whom calls are made. */
export interface Asker {
  readonly userId: string;
  readonly organizationId: string | null;
  readonly fallbackModels: readonly string[];
}
