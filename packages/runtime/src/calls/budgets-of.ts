import type { BudgetLeft } from "../governed.ts";
import { scopeLimits } from "../request/scope-limits.ts";
import type { Asker, Runtime } from "../runtime.ts";
import { withLeft } from "./budget-left.ts";
import { effectiveFor } from "./effective-for.ts";

/** The budgets that an account's calls count against, as they stand. */
export async function budgetsOf(runtime: Runtime, asker: Asker): Promise<readonly BudgetLeft[]> {
  const effective = await effectiveFor(runtime, asker);
  const { scopes } = scopeLimits(effective, asker.userId, runtime.clock.now());
  return (await runtime.store.status(scopes)).map(withLeft);
}
