import { type Amount, toUsd } from "@ai-config/config-core";

import type { Admitted, BudgetAlert, BudgetState, Settled } from "./admission-store.ts";
import { budgetState } from "./budget-state.ts";
import type { MemoryWindow } from "./memory-scope.ts";
import type { ParsedBudget } from "./parsed-limits.ts";

/**
 * Figures as they are at the moment it is made, written as text when somebody reads them: that costs more than the
 * rest of an admission. (The getter of an object literal would make a hidden class for each answer.)
 */
abstract class WithFigures {
  declare readonly budgets: readonly BudgetState[];
  readonly #budgets: readonly ParsedBudget[];
  readonly #windows: readonly MemoryWindow[];
  readonly #spent: readonly Amount[];
  readonly #taken: readonly Amount[];
  #states: readonly BudgetState[] | undefined;

  constructor(budgets: readonly ParsedBudget[], windows: readonly MemoryWindow[]) {
    this.#budgets = budgets;
    this.#windows = windows;
    this.#spent = windows.map((window) => window.spent);
    this.#taken = windows.map((window) => window.taken);
    Object.defineProperty(this, "budgets", WithFigures.#lazily);
  }

  static readonly #lazily: PropertyDescriptor & ThisType<WithFigures> = {
    enumerable: true,
    get() {
      this.#states ??= this.#budgets.map((budget, index) => {
        const { startsAt, resetsAt } = this.#windows[index] as MemoryWindow;
        const spent = this.#spent[index] as Amount;
        return budgetState(budget, { startsAt, resetsAt, spent, taken: this.#taken[index] as Amount });
      });
      return this.#states;
    },
  };
}

export class MemoryAdmitted extends WithFigures implements Admitted {
  readonly isAdmitted = true;
  readonly id: string;
  readonly alerts: readonly BudgetAlert[];

  constructor(
    id: string,
    budgets: readonly ParsedBudget[],
    windows: readonly MemoryWindow[],
    alerts: readonly BudgetAlert[],
  ) {
    super(budgets, windows);
    this.id = id;
    this.alerts = alerts;
  }
}

export class MemorySettled extends WithFigures implements Settled {
  readonly isBooked: boolean;
  readonly wasLate: boolean;
  readonly alerts: readonly BudgetAlert[];

  constructor(
    { isBooked, wasLate }: Pick<Settled, "isBooked" | "wasLate">,
    budgets: readonly ParsedBudget[],
    windows: readonly MemoryWindow[],
    alerts: readonly BudgetAlert[],
  ) {
    super(budgets, windows);
    this.isBooked = isBooked;
    this.wasLate = wasLate;
    this.alerts = alerts;
  }
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
