import type { Adjustment, ApiVersion, CostBasis, Usd } from "@ai-config/config-core";

import type { BudgetState } from "./admission/admission-store.ts";
import type { Wait } from "./calls/attempt-loop.ts";
import type { AttemptReport, KeySlotName } from "./calls/attempt-report.ts";
import type { LedgerEntry } from "./ledger/ledger-entry.ts";
import type { PolicyAdjustment } from "./request/call-overrides.ts";

/** What governed one call: it comes with the answer. */
export interface Governed {
  /** Of the call's entry in the ledger. */
  readonly id: string;
  readonly userId: string;
  readonly organizationId: string | null;
  /** Of the effective configuration; null where it came from the environment alone. */
  readonly configurationVersion: string | null;
  /** Whether the configuration could not be renewed, because the database was away. */
  readonly isStale: boolean;
  readonly outcome: LedgerEntry["outcome"];
  /** The model that answered, or was asked last. */
  readonly model: string;
  readonly apiVersion: ApiVersion;
  readonly keySlot: KeySlotName;
  /** Every difference between what was wanted and what was sent. */
  readonly adjustments: readonly (Adjustment | PolicyAdjustment)[];
  readonly cost: { readonly amount: Usd; readonly basis: CostBasis };
  readonly attempts: readonly AttemptReport[];
  readonly waits: readonly Wait[];
  /**
   * Every budget that applies, after this call. Empty for `countTokens`: what costs nothing is admitted beside the budgets,
   * without looking at them, and their figures would take a question more. `budgets()` of the account asks it.
   */
  readonly budgets: readonly BudgetLeft[];
}

export interface BudgetLeft extends BudgetState {
  /** Neither spent nor held; nothing where more is. */
  readonly left: Usd;
}
