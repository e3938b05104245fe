import type { Log } from "@ai-config/config-service";

import type { AdmissionStore, Settled, Settlement } from "../admission/admission-store.ts";

const PAUSES_MS = [250, 1_000, 4_000, 15_000, 60_000];

/** Books what calls cost, if need be later: an answer that was paid for is not lost because a store is away. */
export interface Settler {
  /** Undefined where it could not be booked yet. */
  settle(settlement: Settlement): Promise<Settled | undefined>;
  /** Waits until everything is booked or given up. */
  drain(): Promise<void>;
}

export interface SettlerOptions {
  readonly log: Log;
  /** Called once for each settlement; without figures where it was given up. */
  onDone(settlement: Settlement, settled: Settled | undefined): void;
}

export function createSettler(store: AdmissionStore, { log, onDone }: SettlerOptions): Settler {
  const late = new Set<Promise<void>>();

  async function settleLater(settlement: Settlement): Promise<Settled | undefined> {
    for (const pause of PAUSES_MS) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      try {
        return await store.settle(settlement);
      } catch {
        log("warn", "The cost of a call could not be booked. It is tried again.", {
          id: settlement.admission.id,
        });
      }
    }
    const { cost, admission } = settlement;
    log("error", "The cost of a call was not booked.", { id: admission.id, cost });
    return undefined;
  }

  return {
    async settle(settlement) {
      try {
        const settled = await store.settle(settlement);
        onDone(settlement, settled);
        return settled;
      } catch {
        const done = settleLater(settlement).then((settled) => {
          late.delete(done);
          onDone(settlement, settled);
        });
        late.add(done);
        return undefined;
      }
    },
    async drain() {
      await Promise.all(late);
    },
  };
}
