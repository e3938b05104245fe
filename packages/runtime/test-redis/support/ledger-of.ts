import { sumUsd } from "@ai-config/config-core";

import type { Ledger } from "../../src/ledger/ledger.ts";
import type { LedgerEntry } from "../../src/ledger/ledger-entry.ts";

/** A ledger that keeps what somebody takes, and forgets the rest. */
export function ledgerOf(given: Partial<Ledger>): Ledger {
  return {
    write: async () => {},
    has: async () => false,
    writeAlert: async () => {},
    spentIn: async (windows) => windows.map(() => "0"),
    ...given,
  };
}

/** A ledger in memory, with its entries by their ids. */
export function memoryLedger(): Ledger & { readonly entries: ReadonlyMap<string, LedgerEntry> } {
  const entries = new Map<string, LedgerEntry>();
  return {
    entries,
    write: async (entry) => void entries.set(entry.id, entry),
    has: async (id) => entries.has(id),
    writeAlert: async () => {},
    spentIn: async (windows) =>
      windows.map(({ scope: { kind, id }, startsAt, resetsAt }) =>
        sumUsd(
          [...entries.values()]
            .filter((entry) => id === (kind === "user" ? entry.userId : entry.organizationId))
            .filter(({ startedAt }) => startsAt <= startedAt && startedAt < resetsAt)
            .map(({ cost }) => cost),
        ),
      ),
  };
}
