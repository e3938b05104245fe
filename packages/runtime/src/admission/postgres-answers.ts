import type { AIConfigError, Usd } from "@ai-config/config-core";

import type {
  Admission,
  AdmissionRequest,
  BudgetAlert,
  BudgetState,
  LimitName,
  ScopeLimits,
  Settled,
  Settlement,
} from "./admission-store.ts";
import { invalidArgument } from "./invalid-argument.ts";
import { type ParsedBudget, parseLimits } from "./parsed-limits.ts";
import { budgetsOf } from "./postgres-batch.ts";
import { noWindow } from "./window-at.ts";

type Figures = readonly [spent: Usd, reserved: Usd, startMs: number, endMs: number];
type Alert = readonly [
  scope: string,
  period: BudgetState["period"],
  threshold: string,
  limit: Usd,
  spent: Usd,
  startMs: number,
  endMs: number,
];
type Answer =
  | readonly ["a", readonly Figures[], readonly Alert[]]
  | readonly [
      "r",
      place: number,
      limit: LimitName,
      used: number | Usd,
      retryAfterMs: number,
      budget: readonly [place: number, Figures] | null,
      readonly Alert[],
    ]
  | readonly ["n", period: BudgetState["period"], readonly Alert[]]
  | readonly ["s", readonly Alert[]];

/** What `private.admit_calls` said of one request; an error where it could not be judged. */
export function readAdmission(request: AdmissionRequest, given: unknown): Admission | AIConfigError {
  const answer = given as Answer;
  switch (answer[0]) {
    case "a": {
      const [, figures, alerts] = answer;
      const budgets = statesOf(request.scopes, figures);
      return { isAdmitted: true, id: request.id, budgets, alerts: alerts.map(readAlert) };
    }
    case "r": {
      const [, place, limit, used, retryAfterMs, budget, alerts] = answer;
      const { scope, rate, concurrency, budgets } = parseLimits(request.scopes[place] as ScopeLimits);
      const parsed = budget === null ? undefined : (budgets[budget[0]] as ParsedBudget);
      const allowed = parsed?.limit ?? (limit === "requestsPerMinute" ? rate?.perMinute : concurrency) ?? 0;
      const state = parsed && budget ? stateOf(parsed, budget[1]) : undefined;
      const refusal = { limit, scope, allowed, used, retryAfterMs, ...(state && { budget: state }) };
      return { isAdmitted: false, refusal, alerts: alerts.map(readAlert) };
    }
    case "n":
      return noWindow(answer[1]);
    case "s":
      return invalidArgument("id", "This admission is settled. Make a new id for a new call.");
  }
}

/** What `private.settle_calls` said of one settlement. */
export function readSettled({ request }: Settlement, given: unknown): Settled {
  const [isBooked, wasLate, figures, alerts] = given as [boolean, boolean, Figures[], Alert[]];
  return { isBooked, wasLate, budgets: statesOf(request.scopes, figures), alerts: alerts.map(readAlert) };
}

/** What `private.budget_figures` said. Throws where no window fits the clock. */
export function readStatus(scopes: readonly ScopeLimits[], given: readonly unknown[]): BudgetState[] {
  return budgetsOf(scopes).map((budget, index) => {
    const figures = given[index] as Figures | null;
    if (figures === null) throw noWindow(budget.period);
    return stateOf(budget, figures);
  });
}

function statesOf(scopes: readonly ScopeLimits[], figures: readonly Figures[]): BudgetState[] {
  return budgetsOf(scopes).map((budget, index) => stateOf(budget, figures[index] as Figures));
}

function stateOf(
  { scope, period, limit, enforcement }: ParsedBudget,
  [spent, reserved, startMs, endMs]: Figures,
): BudgetState {
  return {
    scope,
    period,
    limit,
    enforcement,
    spent,
    reserved,
    startsAt: new Date(startMs),
    resetsAt: new Date(endMs),
  };
}

function readAlert([scope, period, threshold, limit, spent, startMs, endMs]: Alert): BudgetAlert {
  const [kind, id] = scope.split(":") as ["user" | "organization", string];
  return {
    scope: { kind, id },
    period,
    threshold: Number(threshold),
    limit,
    spent,
    startsAt: new Date(startMs),
    resetsAt: new Date(endMs),
  };
}
