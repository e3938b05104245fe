import { parseUsd, sumUsd } from "@ai-config/config-core";

import type { LedgerWindow } from "../../ledger/ledger.ts";
import type { BudgetAlert, BudgetState, LimitName, Refused, ScopeLimits } from "../admission-store.ts";
import { budgetState } from "../budget-state.ts";
import type { ParsedBudget, ParsedWindow } from "../parsed-limits.ts";

/** A window that is not counted yet. */
export interface NewWindow extends LedgerWindow {
  /** The place of its budget. */
  readonly index: number;
  readonly budget: ParsedBudget;
  readonly window: ParsedWindow;
  /** Under which what it begins with is told; where it is only looked at, what runs and will join it. */
  readonly word: string;
}

/** "window:spent:taken" for each budget, with spaces between. A window that is not counted stands alone, as of `uncounted`. */
export function readStates(
  budgets: readonly ParsedBudget[],
  text: string,
  uncounted: ReadonlyMap<number, BudgetState> = new Map(),
): BudgetState[] {
  return items(text).map(([chosen, spent, taken], index) =>
    spent === undefined
      ? (uncounted.get(index) ?? notAsked())
      : readState(at(budgets, index), chosen, spent, taken),
  );
}

/** "budget:window:word" for each window that is not counted yet, with spaces between. */
export function readNewWindows(budgets: readonly ParsedBudget[], text: string): NewWindow[] {
  return items(text).map(([place, chosen, word = ""]) => {
    const index = Number(place);
    const budget = at(budgets, index);
    const window = at(budget.windows, chosen);
    const { startsAt, resetsAt } = window;
    return { index, budget, window, word, scope: budget.scope, startsAt, resetsAt };
  });
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
    const refusal =
      limit === "requestsPerMinute" && rate !== undefined
        ? { ...common, allowed: rate.perMinute, used: Number(used), rate }
        : { ...common, allowed: concurrency, used: Number(used) };
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
  return list[Number(index)] ?? notAsked();
}

function notAsked(): never {
  throw new TypeError("The store answered about something that was not asked.");
}
