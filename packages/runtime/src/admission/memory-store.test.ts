import { describeAdmissionStore } from "../../testing/admission-conformance.ts";
import type { LedgerEntry } from "../ledger/ledger-entry.ts";
import { createMemoryStore } from "./memory-store.ts";

describeAdmissionStore(
  "the store in memory",
  async () => {
    let now = Date.UTC(2026, 10, 23, 12);
    const entries: LedgerEntry[] = [];
    const store = createMemoryStore({ now: () => now, writeEntry: (entry) => entries.push(entry) });
    return {
      store,
      twin: store,
      now: async () => now,
      advance: async (ms) => {
        now += ms;
      },
      ledger: async () => entries,
      close: () => store.close(),
    };
  },
  { clock: "movable", runs: 500 },
);
