import { type BudgetPeriod, compareUsd, parseUsd, toUsd } from "@ai-config/config-core";
import type { Budget, BudgetAlert } from "../../data/use-budgets.ts";
import { formatLeft, formatLimit, formatSpent } from "../../lib/format-money.ts";
import { formatMoment } from "../../lib/format-time.ts";
import { pageLocale } from "../../lib/page-locale.ts";
import type { ChipTone } from "../../ui/chip.tsx";
import { windowWords } from "./window-words.ts";

const names: Record<BudgetPeriod, string> = { daily: "Daily", weekly: "Weekly", monthly: "Monthly" };
const spans: Record<BudgetPeriod, string> = { daily: "today", weekly: "this week", monthly: "this month" };

export function budgetName(period: BudgetPeriod): string {
  return `${names[period]} budget`;
}

/** The stretch of time that is counted now: "this week". */
export function spanOf(period: BudgetPeriod): string {
  return spans[period];
}

/** "$7.61 of $8.00 spent today". */
export function spentWords({ spent, limit, period }: Budget): string {
  return `${formatSpent(spent, limit)} of ${formatLimit(limit)} spent ${spanOf(period)}`;
}

/** "$0.39 left", and never more than there is. */
export function leftWords({ left }: Budget): string {
  return `${formatLeft(left)} left`;
}

/** A part of the limit: 0.75 as "75%". */
export function formatPart(part: number): string {
  return new Intl.NumberFormat(pageLocale, { style: "percent", maximumFractionDigits: 1 }).format(part);
}

/** "99.9%", rounded down: what is not all of it is not told as all of it, nor a little as nothing. Of nothing there is no share. */
export function shareWords(amount: string, limit: string): string | undefined {
  if (Number(limit) === 0) return undefined;
  const share = toUsd((parseUsd(amount) * parseUsd("1")) / parseUsd(limit));
  if (Number(amount) > 0 && Number(share) < 0.001) return `under ${formatPart(0.001)}`;
  return new Intl.NumberFormat(pageLocale, {
    style: "percent",
    maximumFractionDigits: 1,
    roundingMode: "floor",
  }).format(share as `${number}`);
}

/** How much of the limit an amount is, from 0 to 1. Of a limit of nothing, everything is all. */
export function partOf(amount: string, limit: string): number {
  if (Number(limit) === 0) return 1;
  return Math.min(1, Math.max(0, Number(amount) / Number(limit)));
}

export interface BudgetMark {
  tone: ChipTone;
  word: string;
}

/** What has to be noticed about a budget, if anything. */
export function markOf({ spent, limit, enforcement, thresholds }: Budget): BudgetMark | undefined {
  if (Number(limit) === 0 && enforcement === "block") return { tone: "bad", word: "Nothing may be spent" };
  const beyond = compareUsd(spent, limit);
  if (beyond >= 0 && enforcement === "block") return { tone: "bad", word: "Used up" };
  if (beyond > 0) return { tone: "bad", word: "Over the limit" };
  const passed = thresholds.filter((threshold) => isPassed(spent, limit, threshold));
  if (passed.length === 0 || Number(spent) === 0) return undefined;
  return { tone: "warn", word: `Passed ${formatPart(Math.max(...passed))}` };
}

/** Exactly, as alerts are told: 0.3 of $1 is reached with $0.30, whatever binary numbers make of both. */
function isPassed(spent: string, limit: string, threshold: number): boolean {
  const text = String(threshold);
  const factor = parseUsd(text.includes("e") ? threshold.toFixed(20) : text);
  return parseUsd(spent) * parseUsd("1") >= parseUsd(limit) * factor;
}

/** What is held by calls that still run; they may turn out cheaper. */
export function reservedWords({ reserved }: Budget): string | undefined {
  return Number(reserved) === 0 ? undefined : `${formatSpent(reserved)} held by calls that still run`;
}

/** What happens at the limit. */
export function enforcementWords({ enforcement }: Budget): string {
  return enforcement === "block"
    ? "Calls that do not fit are refused."
    : "Calls go on beyond it; you are only warned.";
}

/** What the ticks on the bar mean: "Alerts at 50%, 75%, and 90%." */
export function thresholdWords({ thresholds }: Budget): string {
  if (thresholds.length === 0) return "No alerts.";
  const parts = thresholds.toSorted((a, b) => a - b).map((threshold) => formatPart(threshold));
  return `Alerts at ${new Intl.ListFormat(pageLocale).format(parts)}.`;
}

/** When what is shown was true, where it could not be asked for again. */
export function asOfWords(updatedAt: number): string {
  return `These figures are of ${new Intl.DateTimeFormat(pageLocale, { timeStyle: "short" }).format(updatedAt)}.`;
}

/** When the next window begins, in the time zone that its days begin in. */
export function resetWords({ resetsAt }: Budget, timeZone: string): string {
  return `Starts anew ${formatMoment(new Date(resetsAt), timeZone)} (${timeZone})`;
}

/** Why no alert is listed: a budget may be used up, or let nothing be spent, without a threshold that was crossed. */
export function noAlertsWords(budgets: readonly Budget[]): string {
  return budgets.some((budget) => markOf(budget) !== undefined)
    ? "No alerts so far."
    : "No threshold was crossed so far.";
}

/**
 * "75% of the daily budget of Tue, Nov 24 reached: $81.00 of $100.00 (81%)", since one call may pass a threshold by far.
 */
export function alertWords(alert: BudgetAlert, timeZone: string, now: Date): string {
  const { period, threshold, spent, limit } = alert;
  const share = shareWords(spent, limit);
  const reached = `${formatSpent(spent, limit)} of ${formatLimit(limit)}${share === undefined ? "" : ` (${share})`}`;
  const whole = `${budgetName(period).toLowerCase()} of ${windowWords(alert, timeZone, now)}`;
  return `${formatPart(threshold)} of the ${whole} reached: ${reached}`;
}
