import { forecastSpend, type Usd } from "@ai-config/config-core";

import type { BudgetLeft } from "../governed.ts";
import { scopeLimits } from "../request/scope-limits.ts";
import type { Asker, Runtime } from "../runtime.ts";
import { withLeft } from "./budget-left.ts";
import { effectiveFor } from "./effective-for.ts";

/** A budget as people want to see it. */
export interface BudgetStatus extends BudgetLeft {
  /** What the window comes to at the pace so far; null where it is too early to say. */
  readonly forecast: Usd | null;
  /** Parts of the limit at which an alert is due. */
  readonly thresholds: readonly number[];
}

/**
 * The budgets that an account's calls count against, as they stand. Alerts that a changed limit made due are made, of
 * these budgets alone: what an organization changed for all its members is found for each of them when they look, or
 * when their next call is made.
 */
export async function budgetsOf(runtime: Runtime, asker: Asker): Promise<readonly BudgetStatus[]> {
  const effective = await effectiveFor(runtime, asker);
  const now = runtime.clock.now();
  const { scopes } = scopeLimits(effective, asker.userId, now);
  const thresholds = new Map(
    scopes.flatMap(({ scope, budgets }) =>
      budgets.map((budget) => [`${scope.kind} ${budget.period}`, budget.thresholds] as const),
    ),
  );
  // What could not be read anew makes nothing due: less may be allowed by the environment than by rows that exist.
  const budgets = effective.stale
    ? await runtime.store.status(scopes)
    : (await runtime.store.review(scopes)).budgets;
  return budgets.map((budget) => ({
    ...withLeft(budget),
    forecast: forecastSpend(budget, new Date(now)),
    thresholds: thresholds.get(`${budget.scope.kind} ${budget.period}`) ?? [],
  }));
}
