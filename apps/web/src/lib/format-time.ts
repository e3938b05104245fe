import { pageLocale } from "./page-locale.ts";

const steps: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** "3 hours ago", "yesterday", "just now"; seconds are not worth a number that keeps changing. */
export function formatRelative(iso: string, now: Date): string {
  const seconds = Math.round((Date.parse(iso) - now.getTime()) / 1_000);
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) {
      return new Intl.RelativeTimeFormat(pageLocale, { numeric: "auto" }).format(
        Math.trunc(seconds / size),
        unit,
      );
    }
  }
  return "just now";
}

/** The full local date and time, with its zone. */
export function formatAbsolute(iso: string): string {
  return new Intl.DateTimeFormat(pageLocale, { dateStyle: "long", timeStyle: "long" }).format(new Date(iso));
}

/** A calendar day such as "2026-11-30" in words; it is the same day everywhere. */
export function formatDate(day: string): string {
  return new Intl.DateTimeFormat(pageLocale, { dateStyle: "long", timeZone: "UTC" }).format(new Date(day));
}

/** The local calendar day as a heading: "Today", "Yesterday", or the date. */
export function formatDay(iso: string, now: Date): string {
  const days = Math.round((startOfDay(now) - startOfDay(new Date(iso))) / 86_400_000);
  if (days === 0) return "Today";
  if (days === 1) return "Yesterday";
  return new Intl.DateTimeFormat(pageLocale, { dateStyle: "full" }).format(new Date(iso));
}

/** A moment that is to come: the time where it is today, and the day with it where it is not. */
export function formatNextMoment(at: Date, timeZone: string, now: Date): string {
  const day = new Intl.DateTimeFormat(pageLocale, { dateStyle: "short", timeZone });
  if (day.format(at) !== day.format(now)) return `on ${formatMoment(at, timeZone)}`;
  return `at ${new Intl.DateTimeFormat(pageLocale, { timeStyle: "short", timeZone }).format(at)}`;
}

/** A moment of these weeks in another time zone: "Mon, Nov 30, 00:00". */
export function formatMoment(at: Date, timeZone: string): string {
  return new Intl.DateTimeFormat(pageLocale, {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZone,
  }).format(at);
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
