import type { Usd } from "@ai-config/config-core";

import type { BudgetAlert, Scope } from "../admission/admission-store.ts";
import type { LedgerEntry } from "./ledger-entry.ts";

/** A stretch of time in which calls of somebody count, from its start until just before its reset. */
export interface LedgerWindow {
  readonly scope: Scope;
  readonly startsAt: Date;
  readonly resetsAt: Date;
}

/**
 * Keeps what is counted somewhere else. After a crash or a failure the same entry or alert may come again, from any
 * process: it must count once, an entry by its id, an alert by its window, limit and threshold.
 */
export interface Ledger {
  /** Resolves when the entry is kept. */
  write(entry: LedgerEntry): Promise<void>;
  /** Whether an entry of this id is kept, even if it was written a month ago. */
  has(id: string): Promise<boolean>;
  /** Resolves when the alert is kept. */
  writeAlert(alert: BudgetAlert): Promise<void>;
  /** The exact sum of the costs of all kept entries that started in each of the windows, side by side with these. */
  spentIn(windows: readonly LedgerWindow[]): Promise<readonly Usd[]>;
}
