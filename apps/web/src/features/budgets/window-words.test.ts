import { type BudgetPeriod, budgetWindow } from "@ai-config/config-core";
import { describe, expect, test } from "vitest";
import { windowWords } from "./window-words.ts";

const now = new Date("2026-11-24T12:00:00.000Z");

function windowOf(period: BudgetPeriod, at: string, timeZone: string) {
  const { start, end } = budgetWindow(period, new Date(at), timeZone);
  return { period, startsAt: start.toISOString(), resetsAt: end.toISOString() };
}

describe("the day, week or month that a budget is of", () => {
  test.each<[BudgetPeriod, string, string]>([
    ["daily", "2026-11-24T12:00:00Z", "Tue, Nov 24"],
    ["weekly", "2026-11-24T12:00:00Z", "Nov 23 to Nov 29"],
    ["weekly", "2026-12-01T12:00:00Z", "Nov 30 to Dec 6"],
    ["monthly", "2026-11-24T12:00:00Z", "November 2026"],
    ["daily", "2025-11-24T12:00:00Z", "Mon, Nov 24, 2025"],
    ["weekly", "2025-11-24T12:00:00Z", "Nov 24, 2025 to Nov 30, 2025"],
  ])("a %s one around %s is of %s", (period, at, words) => {
    for (const timeZone of ["UTC", "Europe/Berlin", "America/Los_Angeles"]) {
      expect(windowWords(windowOf(period, at, timeZone), timeZone, now)).toBe(words);
    }
  });

  test("a day on which clocks go forward at midnight is still a day", () => {
    const day = windowOf("daily", "2026-04-24T12:00:00Z", "Africa/Cairo");
    expect(windowWords(day, "Africa/Cairo", now)).toBe("Fri, Apr 24");
  });

  test("two windows of one moment, before and after the time zone changed, are told apart", () => {
    const at = "2026-11-24T12:00:00Z";
    expect(windowWords(windowOf("daily", at, "UTC"), "Europe/Berlin", now)).toBe(
      "Tue, Nov 24, 01:00 to Wed, Nov 25, 01:00 (Europe/Berlin)",
    );
    expect(windowWords(windowOf("daily", at, "Europe/Berlin"), "Europe/Berlin", now)).toBe("Tue, Nov 24");
  });
});
