import { type AIConfigError, parseUsd, toUsd, type Usd } from "@ai-config/config-core";

import type {
  Admission,
  AdmissionRequest,
  BudgetAlert,
  BudgetState,
  LimitName,
  Reviewed,
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
  | readonly ["a", (readonly Figures[])?]
  | readonly ["r", place: number, limit: LimitName, used: number | Usd, waitMs: number, budget: number | null]
  | readonly ["n", period: BudgetState["period"]]
  | readonly ["s"];

/** What a scope's budgets held when its tally began, and what it has counted since. */
type Tally = readonly [began: readonly Figures[], spent: Usd, reserved: Usd];

/** What the database said of calls that tallies decided: the tally of each scope or limit after the last of them. */
interface Tallied {
  readonly t: readonly Tally[];
}

/** What it said of a batch that was decided call by call. */
interface Answers {
  /** Of each limit: the figures of its budgets when all of the batch were decided, and its alerts. */
  readonly l: readonly (readonly [readonly Figures[], readonly Alert[]])[];
  readonly r: readonly Answer[];
}

/**
 * The answer to each request of a batch; an error where it could not be judged. Figures are those at the end of the
 * batch. A limit's alerts go to the first request that it holds for.
 */
export function readAdmissions(
  requests: readonly AdmissionRequest[],
  places: readonly (readonly number[])[],
  given: unknown,
): (Admission | AIConfigError)[] {
  if (isTallied(given)) return allAdmitted(requests, given);
  const { l: limits, r: answers } = given as Answers;
  const told = new Set<number>();
  return requests.map((request, index) => {
    const own = places[index] ?? [];
    const figures = own.flatMap((place) => limits[place]?.[0] ?? []);
    const alerts = own
      .filter((place) => !told.has(place))
      .flatMap((place) => limits[place]?.[1].map(readAlert) ?? []);
    for (const place of own) told.add(place);
    return readAdmission(request, answers[index] as Answer, figures, alerts);
  });
}

/** Tallies come in the order in which the batch names their scopes. */
function allAdmitted(requests: readonly AdmissionRequest[], { t: tallies }: Tallied): Admission[] {
  const figures = new Map<string, readonly Figures[]>();
  return requests.map(({ id, scopes }) => {
    const own = scopes.flatMap((limits) => {
      const { key } = parseLimits(limits);
      const known = figures.get(key) ?? figuresOf(tallies[figures.size] as Tally);
      figures.set(key, known);
      // What costs nothing is counted with the rest, and told of no budget.
      return limits.budgets.length > 0 ? known : [];
    });
    return { isAdmitted: true, id, budgets: statesOf(scopes, own), alerts: [] };
  });
}

function figuresOf([began, spent, reserved]: Tally): readonly Figures[] {
  const [spentSince, reservedSince] = [parseUsd(spent), parseUsd(reserved)];
  return began.map(([spentThen, reservedThen, startMs, endMs]) => [
    toUsd(parseUsd(spentThen) + spentSince),
    toUsd(parseUsd(reservedThen) + reservedSince),
    startMs,
    endMs,
  ]);
}

function readAdmission(
  request: AdmissionRequest,
  answer: Answer,
  figures: readonly Figures[],
  alerts: readonly BudgetAlert[],
): Admission | AIConfigError {
  switch (answer[0]) {
    case "a": {
      const [, former] = answer;
      const budgets = statesOf(request.scopes, former ?? figures);
      return { isAdmitted: true, id: request.id, budgets, alerts };
    }
    case "r": {
      const [, place, limit, used, retryAfterMs, budget] = answer;
      const { scope, rate, concurrency, budgets } = parseLimits(request.scopes[place] as ScopeLimits);
      const parsed = budget === null ? undefined : budgets[budget];
      const allowed = parsed?.limit ?? (limit === "requestsPerMinute" ? rate?.perMinute : concurrency) ?? 0;
      const state = parsed && statesOf(request.scopes, figures)[budgetsOf(request.scopes).indexOf(parsed)];
      const refusal = { limit, scope, allowed, used, retryAfterMs };
      if (state !== undefined) return { isAdmitted: false, refusal: { ...refusal, budget: state }, alerts };
      if (limit !== "requestsPerMinute" || rate === undefined) return { isAdmitted: false, refusal, alerts };
      const { perMinute, burst } = rate;
      return { isAdmitted: false, refusal: { ...refusal, rate: { perMinute, burst } }, alerts };
    }
    case "n":
      return noWindow(answer[1]);
    case "s":
      return invalidArgument("id", "This admission is settled. Make a new id for a new call.");
  }
}

/** What it said of one settlement where each was looked at. */
type SettledAnswer = readonly [isBooked: boolean, wasLate: boolean, figures: Figures[], alerts: Alert[]];

/** The answer to each settlement of a batch. Figures are those at its end. */
export function readSettlements(
  settlements: readonly Settlement[],
  places: readonly (readonly number[])[],
  given: unknown,
): Settled[] {
  if (isTallied(given)) {
    const limits = given.t.map(figuresOf);
    return settlements.map(({ request }, index) => {
      const figures = (places[index] ?? []).flatMap((place) => limits[place] ?? []);
      return { isBooked: true, wasLate: false, budgets: statesOf(request.scopes, figures), alerts: [] };
    });
  }
  const answers = given as readonly SettledAnswer[];
  return settlements.map(({ request }, index) => {
    const [isBooked, wasLate, figures, alerts] = answers[index] as SettledAnswer;
    return { isBooked, wasLate, budgets: statesOf(request.scopes, figures), alerts: alerts.map(readAlert) };
  });
}

/** Whether tallies decided: of a settlement nobody has waited until it was on disk then. */
export function isTallied(given: unknown): given is Tallied {
  return "t" in (given as object);
}

/** What `private.budget_figures` said. Throws where no window fits the clock. */
export function readStatus(scopes: readonly ScopeLimits[], given: readonly unknown[]): BudgetState[] {
  return budgetsOf(scopes).map((budget, index) => {
    const figures = given[index] as Figures | null;
    if (figures === null) throw noWindow(budget.period);
    return stateOf(budget, figures);
  });
}

/** What `private.review_budgets` said: figures alone, or those of a batch with its alerts. */
export function readReview(scopes: readonly ScopeLimits[], given: unknown): Reviewed {
  if (Array.isArray(given)) return { budgets: readStatus(scopes, given), alerts: [] };
  const { l: limits } = given as Answers;
  // Limits one of whose windows does not fit the clock come without figures.
  const figures = scopes.flatMap((scope, place) =>
    budgetsOf([scope]).map((_, index) => limits[place]?.[0][index] ?? null),
  );
  return {
    budgets: readStatus(scopes, figures),
    alerts: limits.flatMap(([, alerts]) => alerts.map(readAlert)),
  };
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
