import { type BudgetPeriod, compareUsd, parseUsd, toUsd } from "@ai-config/config-core";
import type { Budget } from "../../data/use-budgets.ts";
import { formatSpent } from "../../lib/format-money.ts";
import { formatNextMoment } from "../../lib/format-time.ts";
import { shareWords, spanOf } from "./budget-words.ts";

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
    return `At this pace the limit is reached ${formatNextMoment(reachedAt(budget, forecast), timeZone, now)} (${timeZone}).`;
  const where = `At this pace ${formatSpent(forecast, limit)} by the end of the ${ends[period]}`;
  if (leadsBeyond(budget))
    return `${where}, ${formatSpent(toUsd(parseUsd(forecast) - parseUsd(limit)))} over the limit.`;
  const share = shareWords(forecast, limit);
  return share === undefined ? `${where}.` : `${where} (${share}).`;
}

/** When an even pace reaches the limit: as far into the window as the limit is of what the whole comes to. */
function reachedAt({ startsAt, resetsAt, limit }: Budget, forecast: string): Date {
  const [start, end] = [Date.parse(startsAt), Date.parse(resetsAt)];
  return new Date(start + (end - start) * (Number(limit) / Number(forecast)));
}
