import { describe, expect, test } from "vitest";
import type { Budget } from "../../data/use-budgets.ts";
import { forecastWords, leadsBeyond } from "./forecast-words.ts";

const now = new Date("2026-11-24T12:00:00.000Z");
const budget: Budget = {
  scope: { kind: "user", id: "00000000-0000-4000-8000-000000000001" },
  period: "weekly",
  limit: "500",
  enforcement: "block",
  spent: "100",
  reserved: "0",
  left: "400",
  forecast: "350",
  thresholds: [0.5, 0.75, 0.9],
  startsAt: "2026-11-22T23:00:00.000Z",
  resetsAt: "2026-11-29T23:00:00.000Z",
};

describe("where the spending leads", () => {
  test.each<[string, Partial<Budget>, string]>([
    ["within the limit", {}, "At this pace $350.00 by the end of the week (70%)."],
    [
      "beyond the limit, where calls go on",
      { forecast: "612.5", enforcement: "warn" },
      "At this pace $612.50 by the end of the week, $112.50 over the limit.",
    ],
    [
      "beyond a limit that blocks",
      { forecast: "1000" },
      "At this pace the limit is reached on Thu, Nov 26, 12:00 (Europe/Berlin).",
    ],
    [
      "beyond a limit that blocks, still today",
      { forecast: "1960" },
      "At this pace the limit is reached at 18:51 (Europe/Berlin).",
    ],
    [
      "beyond the limit by amounts that nobody knows to the last digit",
      { spent: "0.03", forecast: "0.659532", limit: "0.05", enforcement: "warn" },
      "At this pace $0.66 by the end of the week, $0.61 over the limit.",
    ],
    [
      "beyond the limit by an amount that is told to the cent",
      { spent: "1", forecast: "1.29689", limit: "1", enforcement: "warn" },
      "At this pace $1.30 by the end of the week, $0.30 over the limit.",
    ],
    [
      "beyond the limit by less than a cent",
      { spent: "0.03", forecast: "0.0504567", limit: "0.05", enforcement: "warn" },
      "At this pace $0.0505 by the end of the week, $0.00046 over the limit.",
    ],
    ["nearly to the limit", { forecast: "499.998" }, "At this pace $499.998 by the end of the week (99.9%)."],
    [
      "to less than a cent",
      { forecast: "0.000456" },
      "At this pace $0.00046 by the end of the week (under 0.1%).",
    ],
    ["within a day", { period: "daily" }, "At this pace $350.00 by the end of the day (70%)."],
    [
      "to the limit and no further",
      { forecast: "500" },
      "At this pace $500.00 by the end of the week (100%).",
    ],
    ["a limit of nothing", { spent: "0", limit: "0", forecast: "0" }, "No call that costs anything fits."],
    [
      "a limit of nothing, where calls go on",
      { spent: "0.5", limit: "0", forecast: "2", enforcement: "warn" },
      "At this pace $2.00 by the end of the week, $2.00 over the limit.",
    ],
    ["all spent", { spent: "500", forecast: "900" }, "No further call fits until it starts anew."],
    [
      "all spent, where calls go on",
      { spent: "500", forecast: "900", enforcement: "warn" },
      "At this pace $900.00 by the end of the week, $400.00 over the limit.",
    ],
    ["too early", { forecast: null }, "Too early to say where this leads."],
    ["nothing spent", { spent: "0", forecast: "0" }, "Nothing spent this week so far."],
  ])("%s", (_, given, words) => {
    expect(forecastWords({ ...budget, ...given }, "Europe/Berlin", now)).toBe(words);
  });
});

test("calls that are refused lead nowhere", () => {
  expect(leadsBeyond({ ...budget, forecast: "500.000001" })).toBe(true);
  expect(leadsBeyond({ ...budget, forecast: "500" })).toBe(false);
  expect(leadsBeyond({ ...budget, forecast: null })).toBe(false);
  expect(leadsBeyond({ ...budget, spent: "500", forecast: "900" })).toBe(false);
  expect(leadsBeyond({ ...budget, spent: "500", forecast: "900", enforcement: "warn" })).toBe(true);
});
