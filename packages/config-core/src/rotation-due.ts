import type { ApiKeys } from "./configuration.ts";

const MONTHS: Readonly<Record<ApiKeys["rotationSchedule"], number | undefined>> = {
  manual: undefined,
  monthly: 1,
  quarterly: 3,
};

/**
 * When a key that was stored at `createdAt` is due to be replaced, by calendar months in UTC: on the same day of
 * the month, or on its last day where it has none such. Undefined where nothing is scheduled. It is a reminder:
 * nothing ends by itself.
 */
export function rotationDueAt(createdAt: Date, schedule: ApiKeys["rotationSchedule"]): Date | undefined {
  const months = MONTHS[schedule];
  if (months === undefined) return undefined;
  const due = new Date(createdAt);
  const day = due.getUTCDate();
  due.setUTCDate(1);
  due.setUTCMonth(due.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(due.getUTCFullYear(), due.getUTCMonth() + 1, 0)).getUTCDate();
  due.setUTCDate(Math.min(day, lastDay));
  return due;
}
