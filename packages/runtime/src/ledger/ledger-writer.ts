import type { BudgetAlert } from "../admission/admission-store.ts";
import type { LedgerEntry } from "./ledger-entry.ts";

/**
 * Keeps what is counted somewhere else. After a crash or a failure the same entry or alert may come again, from any
 * process: it must count once, an entry by its id, an alert by its window, limit and threshold.
 */
export interface LedgerWriter {
  /** Resolves when the entry is kept. */
  write(entry: LedgerEntry): Promise<void>;
  /** Resolves when the alert is kept. */
  writeAlert(alert: BudgetAlert): Promise<void>;
}
