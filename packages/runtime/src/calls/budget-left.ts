import { parseUsd, toUsd } from "@ai-config/config-core";

import type { BudgetState } from "../admission/admission-store.ts";
import type { BudgetLeft } from "../governed.ts";

export function withLeft(budget: BudgetState): BudgetLeft {
  const left = parseUsd(budget.limit) - parseUsd(budget.spent) - parseUsd(budget.reserved);
  return { ...budget, left: toUsd(left > 0n ? left : 0n) };
}
