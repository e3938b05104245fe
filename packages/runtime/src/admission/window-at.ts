import { AIConfigError, type BudgetPeriod } from "@ai-config/config-core";

import type { ParsedBudget, ParsedWindow } from "./parsed-limits.ts";

/** The window of a budget at a moment of the store's clock. */
export function windowAt(budget: ParsedBudget, at: number): ParsedWindow {
  for (const window of budget.windows) if (window.startMs <= at && at < window.endMs) return window;
  throw noWindow(budget.period);
}

/** The clocks of a process and its store are more than a window apart. */
export function noWindow(period: BudgetPeriod = "daily"): AIConfigError {
  const message = `No ${period} window fits the clock that counts. Set the clocks of the machines, then try again.`;
  return new AIConfigError("INTERNAL", { message });
}
