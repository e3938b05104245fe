import { AIConfigError } from "./errors.ts";

export type BudgetPeriod = "daily" | "weekly" | "monthly";

/** From `start`, included, to `end`, not included. */
export interface BudgetWindow {
  start: Date;
  end: Date;
}

const DAY_MS = 86_400_000;
/** No zone has ever been further from UTC. */
const OFFSET_MAX_MS = 16 * 3_600_000;
const FORMATS_MAX = 64;
/** Far enough from where calendars of other eras begin and where dates end. */
const MOMENT_MIN = Date.UTC(1900, 0, 1);
const MOMENT_MAX = Date.UTC(9999, 0, 1);

/**
 * The calendar day, week (from Monday) or month around `at`, as the clocks of `timeZone` show it. A day is as
 * long as the zone makes it: 23 or 25 hours where clocks change, nothing where a date was skipped. Windows of
 * one period follow each other without gap or overlap.
 */
export function budgetWindow(period: BudgetPeriod, at: Date, timeZone: string): BudgetWindow {
  const format = formatOf(timeZone);
  const moment = at.getTime();
  if (!(moment >= MOMENT_MIN && moment < MOMENT_MAX)) {
    throw invalid("at", "Must be a date of the years 1900 to 9998.");
  }

  // Where clocks went back over midnight a date is shown twice, so the date shown may be one day off.
  let first = firstDay(period, civilDay(format, moment));
  let start = startOfDay(format, first);
  if (moment < start) {
    first = firstDay(period, first - 1);
    start = startOfDay(format, first);
  }
  for (;;) {
    first = nextFirstDay(period, first);
    const end = startOfDay(format, first);
    if (moment < end) return { start: new Date(start), end: new Date(end) };
    start = end;
  }
}

/** The first moment of a day; of the next day that exists where the zone skipped this one. */
function startOfDay(format: Intl.DateTimeFormat, day: number): number {
  const utc = day * DAY_MS;
  const guess = utc - (wallClock(format, utc) - utc);
  if (civilDay(format, guess) >= day && civilDay(format, guess - 1) < day) return guess;

  let before = utc - OFFSET_MAX_MS;
  let after = utc + OFFSET_MAX_MS;
  while (civilDay(format, after) < day) after += DAY_MS;
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (civilDay(format, middle) >= day) after = middle;
    else before = middle;
  }
  return after;
}

/** Days are counted from 1970-01-01, which was a Thursday. */
function firstDay(period: BudgetPeriod, day: number): number {
  switch (period) {
    case "daily":
      return day;
    case "weekly":
      return day - ((((day + 3) % 7) + 7) % 7);
    case "monthly":
      return monthStart(day, 0);
  }
}

function nextFirstDay(period: BudgetPeriod, first: number): number {
  switch (period) {
    case "daily":
      return first + 1;
    case "weekly":
      return first + 7;
    case "monthly":
      return monthStart(first, 1);
  }
}

function monthStart(day: number, monthsLater: number): number {
  const date = new Date(day * DAY_MS);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + monthsLater, 1) / DAY_MS;
}

function civilDay(format: Intl.DateTimeFormat, moment: number): number {
  return Math.floor(wallClock(format, moment) / DAY_MS);
}

/** What the zone's clocks show at a moment, as if that were UTC. */
function wallClock(format: Intl.DateTimeFormat, moment: number): number {
  const shown: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(moment)) shown[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((moment % 1000) + 1000) % 1000);
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making a format costs a hundred times more than using it, so the last few zones are remembered. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  if (formats.size >= FORMATS_MAX) formats.clear();
  const format = newFormat(timeZone);
  formats.set(timeZone, format);
  return format;
}

function newFormat(timeZone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch (cause) {
    throw invalid("timeZone", "Must be a time zone such as Europe/Berlin.", cause);
  }
}

function invalid(path: string, message: string, cause?: unknown): AIConfigError {
  return new AIConfigError("INPUT_INVALID", { issues: [{ path, code: "malformed", message }], cause });
}
