import { type Amount, toUsd } from "@ai-config/config-core";

import type { Admitted, BudgetAlert, BudgetState, Settled } from "./admission-store.ts";
import type { MemoryWindow } from "./memory-scope.ts";
import type { ParsedBudget } from "./parsed-limits.ts";

interface Figures {
  readonly startsAt: Date;
  readonly resetsAt: Date;
  readonly spent: Amount;
  readonly reserved: Amount;
}

export function budgetState(budget: ParsedBudget, figures: Figures): BudgetState {
  const { scope, period, limit, enforcement } = budget;
  const { startsAt, resetsAt, spent, reserved } = figures;
  return {
    scope,
    period,
    limit,
    enforcement,
    spent: toUsd(spent),
    reserved: toUsd(reserved),
    startsAt,
    resetsAt,
  };
}

export function admittedAnswer(
  id: string,
  budgets: readonly ParsedBudget[],
  windows: readonly MemoryWindow[],
  alerts: readonly BudgetAlert[],
): Admitted {
  const figures = figuresNow(budgets, windows);
  return {
    isAdmitted: true,
    id,
    alerts,
    get budgets() {
      return figures();
    },
  };
}

export function settledAnswer(
  { isBooked, wasLate }: Pick<Settled, "isBooked" | "wasLate">,
  budgets: readonly ParsedBudget[],
  windows: readonly MemoryWindow[],
  alerts: readonly BudgetAlert[],
): Settled {
  const figures = figuresNow(budgets, windows);
  return {
    isBooked,
    wasLate,
    alerts,
    get budgets() {
      return figures();
    },
  };
}

/** Text of an amount costs more than the rest of an admission, so the figures of now are written when they are read. */
function figuresNow(
  budgets: readonly ParsedBudget[],
  windows: readonly MemoryWindow[],
): () => readonly BudgetState[] {
  const spent = windows.map((window) => window.spent);
  const reserved = windows.map((window) => window.reserved);
  let states: BudgetState[] | undefined;
  return () => {
    states ??= budgets.map((budget, index) => {
      const { startsAt, resetsAt } = windows[index] as MemoryWindow;
      return budgetState(budget, {
        startsAt,
        resetsAt,
        spent: spent[index] as Amount,
        reserved: reserved[index] as Amount,
      });
    });
    return states;
  };
}

const NONE: readonly BudgetAlert[] = [];

/** The thresholds that are reached for the first time; they are not reported again. */
export function newAlerts(
  budgets: readonly ParsedBudget[],
  windows: readonly MemoryWindow[],
): readonly BudgetAlert[] {
  let alerts: BudgetAlert[] | undefined;
  for (let index = 0; index < budgets.length; index += 1) {
    const budget = budgets[index] as ParsedBudget;
    const window = windows[index] as MemoryWindow;
    for (const { threshold, dueAt, key } of budget.thresholds) {
      if (window.spent < dueAt) break;
      window.alerted ??= new Set();
      if (window.alerted.has(key)) continue;
      window.alerted.add(key);
      const { scope, period, limit } = budget;
      const { startsAt, resetsAt, spent } = window;
      alerts ??= [];
      alerts.push({ scope, period, threshold, limit, spent: toUsd(spent), startsAt, resetsAt });
    }
  }
  return alerts ?? NONE;
}
