import { type Amount, toUsd } from "@ai-config/config-core";

import type { BudgetState } from "./admission-store.ts";
import type { ParsedBudget } from "./parsed-limits.ts";

/** A window and what is counted in it. */
interface Figures {
  readonly startsAt: Date;
  readonly resetsAt: Date;
  readonly spent: Amount;
  /** Spent and reserved. */
  readonly taken: Amount;
}

export function budgetState(budget: ParsedBudget, figures: Figures): BudgetState {
  const { scope, period, limit, enforcement } = budget;
  const { startsAt, resetsAt, spent, taken } = figures;
  return {
    scope,
    period,
    limit,
    enforcement,
    spent: toUsd(spent),
    reserved: toUsd(taken - spent),
    startsAt,
    resetsAt,
  };
}
