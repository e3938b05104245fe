import { type BudgetPeriod, compareUsd, parseUsd, toUsd } from "@ai-config/config-core";
import type { Budget } from "../../data/use-budgets.ts";
import { formatNextMoment } from "../../lib/format-time.ts";
import { shareWords, spanOf } from "./budget-words.ts";

/** No number is written with more. */
const DIGITS_MAX = 21;

const ends: Record<BudgetPeriod, string> = { daily: "day", weekly: "week", monthly: "month" };

/** Whether the pace so far leads beyond the limit; calls that are refused have none. */
export function leadsBeyond(budget: Budget): boolean {
  return budget.forecast !== null && compareUsd(budget.forecast, budget.limit) > 0 && !isShut(budget);
}

/** Whether nothing more fits. */
export function isShut({ spent, limit, enforcement }: Budget): boolean {
  return enforcement === "block" && compareUsd(spent, limit) >= 0;
}

/** Where the spending leads if it goes on as it does. */
export function forecastWords(budget: Budget, timeZone: string, now: Date): string {
  const { spent, limit, forecast, period, enforcement } = budget;
  if (Number(limit) === 0 && enforcement === "block") return "No call that costs anything fits.";
  if (isShut(budget)) return "No further call fits until it starts anew.";
  if (Number(spent) === 0) return `Nothing spent ${spanOf(period)} so far.`;
  if (forecast === null) return "Too early to say where this leads.";
  if (leadsBeyond(budget) && enforcement === "block")
    return `At this pace the limit is reached ${formatNextMoment(reachedAt(budget, forecast), timeZone, now)}.`;
  const where = `At this pace ${roughlyBeside(forecast, limit)} by the end of the ${ends[period]}`;
  if (leadsBeyond(budget))
    return `${where}, ${formatRoughly(toUsd(parseUsd(forecast) - parseUsd(limit)))} over the limit.`;
  const share = shareWords(forecast, limit);
  return share === undefined ? `${where}.` : `${where} (${share}).`;
}

/** To the cent, or so many digits of what is less: a guess that is told to the last one claims to know it. */
function formatRoughly(amount: string, digits = 2): string {
  return new Intl.NumberFormat("en-US", {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
    maximumSignificantDigits: digits,
    roundingPriority: "morePrecision",
  }).format(amount as `${number}`);
}

/** With more digits only where it would read like the limit and is not. */
function roughlyBeside(amount: string, limit: string): string {
  const isSame = compareUsd(amount, limit) === 0;
  let digits = 2;
  while (!isSame && digits < DIGITS_MAX && formatRoughly(amount, digits) === formatRoughly(limit, digits)) {
    digits += 1;
  }
  return formatRoughly(amount, digits);
}

/** When an even pace reaches the limit: as far into the window as the limit is of what the whole comes to. */
function reachedAt({ startsAt, resetsAt, limit }: Budget, forecast: string): Date {
  const [start, end] = [Date.parse(startsAt), Date.parse(resetsAt)];
  return new Date(start + (end - start) * (Number(limit) / Number(forecast)));
}
