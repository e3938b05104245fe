import { parseUsd, sumUsd } from "@ai-config/config-core";

import type { BudgetAlert, BudgetState, LimitName, Refused, ScopeLimits } from "../admission-store.ts";
import { budgetState } from "../budget-state.ts";
import type { ParsedBudget, ParsedWindow } from "../parsed-limits.ts";

/** "window:spent:taken" for each budget, with spaces between. */
export function readStates(budgets: readonly ParsedBudget[], text: string): BudgetState[] {
  return items(text).map(([chosen, spent, taken], index) =>
    readState(at(budgets, index), chosen, spent, taken),
  );
}

/** "budget:threshold:window:spent" for each alert, with spaces between. */
export function readAlerts(budgets: readonly ParsedBudget[], text: string): BudgetAlert[] {
  return items(text).map(([index, position, chosen, amount]) => {
    const budget = at(budgets, index);
    const { scope, period, limit, spent, startsAt, resetsAt } = readState(budget, chosen, amount, amount);
    const { threshold } = at(budget.thresholds, position);
    return { scope, period, threshold, limit, spent, startsAt, resetsAt };
  });
}

/** Alerts, the scope, the limit, what is used of it, the wait, and "budget:window:spent:taken" where it is a budget. */
export function readRefusal(
  scopes: readonly ScopeLimits[],
  budgets: readonly ParsedBudget[],
  [alerts = "", scopeIndex, limit, used = "", retryAfterMs, figures = ""]: readonly string[],
): Refused {
  const { scope, rate, concurrency = 0 } = at(scopes, scopeIndex);
  const common = { limit: limit as LimitName, scope, retryAfterMs: Number(retryAfterMs) };
  const [item] = items(figures);
  if (item === undefined) {
    const allowed = limit === "requestsPerMinute" && rate !== undefined ? rate.perMinute : concurrency;
    const refusal = { ...common, allowed, used: Number(used) };
    return { isAdmitted: false, refusal, alerts: readAlerts(budgets, alerts) };
  }
  const [index, chosen, spent, taken] = item;
  const budget = readState(at(budgets, index), chosen, spent, taken);
  const refusal = { ...common, allowed: budget.limit, used: sumUsd([budget.spent, budget.reserved]), budget };
  return { isAdmitted: false, refusal, alerts: readAlerts(budgets, alerts) };
}

function readState(
  budget: ParsedBudget,
  chosen: string | undefined,
  spent: string | undefined,
  taken: string | undefined,
): BudgetState {
  const { startsAt, resetsAt }: ParsedWindow = at(budget.windows, chosen);
  return budgetState(budget, {
    startsAt,
    resetsAt,
    spent: parseUsd(spent ?? ""),
    taken: parseUsd(taken ?? ""),
  });
}

function items(text: string): string[][] {
  return text === "" ? [] : text.split(" ").map((item) => item.split(":"));
}

function at<T>(list: readonly T[], index: string | number | undefined): T {
  const item = list[Number(index)];
  if (item === undefined) throw new TypeError("The store answered about something that was not asked.");
  return item;
}
