import { expect, test } from "vitest";

import { DEFAULT_AI_CONFIGURATION, findInconsistencies } from "./index.ts";
import { isTimeZone } from "./time-zone.ts";

test("zones are known by name, and nothing else is one", () => {
  for (const zone of ["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kolkata"]) {
    expect([zone, isTimeZone(zone), isTimeZone(zone)]).toEqual([zone, true, true]);
  }
  for (const wrong of ["", "Mars/Olympus", "+01:00", "Europe/Berlin; drop table", "\u0000", "x".repeat(64)]) {
    expect([wrong, isTimeZone(wrong)]).toEqual([wrong, false]);
  }
});

test("a configuration with a zone that nobody knows has a problem there, and none without a zone", () => {
  const { costBudget } = DEFAULT_AI_CONFIGURATION;
  const problemsWith = (timeZone: string | undefined) =>
    findInconsistencies({
      ...DEFAULT_AI_CONFIGURATION,
      costBudget: { ...costBudget, ...(timeZone !== undefined && { timeZone }) },
    });
  expect(problemsWith("Mars/Olympus")).toEqual([
    {
      path: "costBudget.timeZone",
      code: "unknown_time_zone",
      message: "Must be a time zone by its name, such as Europe/Berlin.",
    },
  ]);
  expect(problemsWith("Asia/Tokyo")).toEqual([]);
  expect(problemsWith(undefined)).toEqual([]);
});
