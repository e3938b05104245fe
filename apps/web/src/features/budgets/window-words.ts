import { budgetWindow } from "@ai-config/config-core";
import type { BudgetAlert } from "../../data/use-budgets.ts";
import { formatMoment } from "../../lib/format-time.ts";
import { pageLocale } from "../../lib/page-locale.ts";

type Window = Pick<BudgetAlert, "period" | "startsAt" | "resetsAt">;

/**
 * The day, week or month that a budget is of: "Tue, Nov 24". One that is none in this time zone, because it was
 * counted in another one before, is told by its two ends.
 */
export function windowWords(window: Window, timeZone: string, now: Date): string {
  const [start, end] = [new Date(window.startsAt), new Date(window.resetsAt)];
  const here = budgetWindow(window.period, start, timeZone);
  if (here.start.getTime() !== start.getTime() || here.end.getTime() !== end.getTime())
    return `${formatMoment(start, timeZone)} to ${formatMoment(end, timeZone)} (${timeZone})`;
  const last = new Date(end.getTime() - 1);
  const inZone = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(pageLocale, { ...options, timeZone });
  const year = inZone({ year: "numeric" });
  const date: Intl.DateTimeFormatOptions = {
    month: "short",
    day: "numeric",
    ...(year.format(last) !== year.format(now) && { year: "numeric" }),
  };
  switch (window.period) {
    case "daily":
      return inZone({ ...date, weekday: "short" }).format(start);
    case "weekly":
      return `${inZone(date).format(start)} to ${inZone(date).format(last)}`;
    case "monthly":
      return inZone({ month: "long", year: "numeric" }).format(start);
  }
}
