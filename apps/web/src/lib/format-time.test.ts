import { expect, test } from "vitest";
import { formatAbsolute, formatDate, formatDay, formatRelative } from "./format-time.ts";

const now = new Date(2026, 10, 23, 12, 0, 0);
const before = (seconds: number) => new Date(now.getTime() - seconds * 1_000).toISOString();

test.each([
  [3, "just now"],
  [59, "just now"],
  [61, "1 minute ago"],
  [3 * 3_600 + 1_200, "3 hours ago"],
  [26 * 3_600, "yesterday"],
  [9 * 86_400, "9 days ago"],
])("%d seconds ago is told as %s", (seconds, words) => {
  expect(formatRelative(before(seconds), now)).toBe(words);
});

test("a day is named by the calendar, not by the hours that passed", () => {
  expect(formatDay(new Date(2026, 10, 23, 0, 1).toISOString(), now)).toBe("Today");
  expect(formatDay(new Date(2026, 10, 22, 23, 59).toISOString(), now)).toBe("Yesterday");
  expect(formatDay(new Date(2026, 10, 20, 9).toISOString(), now)).toBe("Friday, November 20, 2026");
});

test("a calendar day stays that day in every time zone", () => {
  expect(formatDate("2026-11-30")).toBe("November 30, 2026");
});

test("hours are told as everywhere else, whatever the browser speaks", () => {
  expect(formatAbsolute(new Date(2026, 10, 23, 0, 5, 9).toISOString())).toMatch(
    /^November 23, 2026 at 00:05:09 /,
  );
});
