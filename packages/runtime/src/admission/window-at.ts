import { AIConfigError } from "@ai-config/config-core";

import type { ParsedBudget, ParsedWindow } from "./parsed-limits.ts";

/** The window of a budget at a moment of the store's clock. */
export function windowAt(budget: ParsedBudget, at: number): ParsedWindow {
  for (const window of budget.windows) if (window.startMs <= at && at < window.endMs) return window;
  throw new AIConfigError("INTERNAL", {
    message: `No ${budget.period} window fits the clock that counts. Set the clocks of the machines, then try again.`,
  });
}
