import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { AIConfigError, type BudgetPeriod, budgetWindow } from "./index.ts";

const HOUR = 3_600_000;

const shown = (period: BudgetPeriod, at: string, timeZone: string) => {
  const { start, end } = budgetWindow(period, new Date(at), timeZone);
  return `${start.toISOString()} to ${end.toISOString()}`.replaceAll(":00.000Z", "Z");
};

describe("budgetWindow", () => {
  test.each<[string, BudgetPeriod, string, string, string]>([
    ["a day in UTC", "daily", "UTC", "2026-11-23T12:00Z", "2026-11-23T00:00Z to 2026-11-24T00:00Z"],
    ["a week from Monday", "weekly", "UTC", "2026-11-22T23:59Z", "2026-11-16T00:00Z to 2026-11-23T00:00Z"],
    ["a Monday", "weekly", "UTC", "2026-11-23T00:00Z", "2026-11-23T00:00Z to 2026-11-30T00:00Z"],
    ["a week before 1970", "weekly", "UTC", "1969-12-31T12:00Z", "1969-12-29T00:00Z to 1970-01-05T00:00Z"],
    ["a leap month", "monthly", "UTC", "2028-02-29T23:59Z", "2028-02-01T00:00Z to 2028-03-01T00:00Z"],
    ["December", "monthly", "UTC", "2026-12-31T23:59Z", "2026-12-01T00:00Z to 2027-01-01T00:00Z"],
    ["23 hours", "daily", "Europe/Berlin", "2026-03-29T12:00Z", "2026-03-28T23:00Z to 2026-03-29T22:00Z"],
    ["25 hours", "daily", "Europe/Berlin", "2026-10-25T12:00Z", "2026-10-24T22:00Z to 2026-10-25T23:00Z"],
    ["March", "monthly", "Europe/Berlin", "2026-03-15T12:00Z", "2026-02-28T23:00Z to 2026-03-31T22:00Z"],
    ["23 hours", "daily", "America/New_York", "2026-03-08T12:00Z", "2026-03-08T05:00Z to 2026-03-09T04:00Z"],
    ["25 hours", "daily", "America/New_York", "2026-11-01T12:00Z", "2026-11-01T04:00Z to 2026-11-02T05:00Z"],
    [
      "half an hour more",
      "daily",
      "Australia/Lord_Howe",
      "2026-04-04T20:00Z",
      "2026-04-04T13:00Z to 2026-04-05T13:30Z",
    ],
    [
      "half an hour less",
      "daily",
      "Australia/Lord_Howe",
      "2026-10-04T00:00Z",
      "2026-10-03T13:30Z to 2026-10-04T13:00Z",
    ],
    [
      "14 hours ahead",
      "daily",
      "Pacific/Kiritimati",
      "2026-11-23T12:00Z",
      "2026-11-23T10:00Z to 2026-11-24T10:00Z",
    ],
    [
      "the day before the skipped one",
      "daily",
      "Pacific/Apia",
      "2011-12-30T09:59Z",
      "2011-12-29T10:00Z to 2011-12-30T10:00Z",
    ],
    [
      "the day after the skipped one",
      "daily",
      "Pacific/Apia",
      "2011-12-30T10:00Z",
      "2011-12-30T10:00Z to 2011-12-31T10:00Z",
    ],
    [
      "a week of six days",
      "weekly",
      "Pacific/Apia",
      "2011-12-31T00:00Z",
      "2011-12-26T10:00Z to 2012-01-01T10:00Z",
    ],
    [
      "the start of Ramadan",
      "daily",
      "Africa/Casablanca",
      "2026-02-15T12:00Z",
      "2026-02-14T23:00Z to 2026-02-16T00:00Z",
    ],
    [
      "the end of Ramadan",
      "daily",
      "Africa/Casablanca",
      "2026-03-22T12:00Z",
      "2026-03-22T00:00Z to 2026-03-22T23:00Z",
    ],
    [
      "a day without midnight",
      "daily",
      "America/Sao_Paulo",
      "2018-11-04T12:00Z",
      "2018-11-04T03:00Z to 2018-11-05T02:00Z",
    ],
    [
      "a day with two midnights",
      "daily",
      "America/Havana",
      "2026-11-01T12:00Z",
      "2026-11-01T04:00Z to 2026-11-02T05:00Z",
    ],
  ])("knows %s (%s, %s)", (_, period, timeZone, at, expected) => {
    expect(shown(period, at, timeZone)).toBe(expected);
  });

  test("windows of every zone follow each other without gap or overlap, and hold their moment", () => {
    const periods = fc.constantFrom<BudgetPeriod>("daily", "weekly", "monthly");
    const zones = fc.constantFrom(
      ...["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Kiritimati", "Pacific/Apia"],
      ...["Africa/Casablanca", "America/St_Johns", "America/Asuncion", "Asia/Gaza", "Antarctica/Casey"],
      ...Intl.supportedValuesOf("timeZone"),
    );
    const moments = fc.date({
      min: new Date("1910-01-01"),
      max: new Date("2100-01-01"),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(periods, zones, moments, (period, zone, at) => {
        const { start, end } = budgetWindow(period, at, zone);
        expect(start <= at && at < end).toBe(true);
        const before = budgetWindow(period, new Date(start.getTime() - 1), zone);
        expect(before.end).toEqual(start);
        expect(budgetWindow(period, end, zone).start).toEqual(end);
        expect(budgetWindow(period, new Date(end.getTime() - 1), zone)).toEqual({ start, end });
      }),
      { numRuns: 400 },
    );
  });

  test("a moment shares its day with those that show the same date, around every change of clocks", () => {
    const date = (zone: string) => new Intl.DateTimeFormat("en-CA", { timeZone: zone });
    for (const zone of [
      "Europe/Berlin",
      "America/New_York",
      "Australia/Lord_Howe",
      "Pacific/Apia",
      "Africa/Casablanca",
    ]) {
      const format = date(zone);
      for (let at = Date.UTC(2011, 11, 20); at < Date.UTC(2012, 11, 20); at += 12 * HOUR) {
        const { start, end } = budgetWindow("daily", new Date(at), zone);
        expect([start.getTime(), end.getTime() - 1].map((moment) => format.format(moment))).toEqual([
          format.format(at),
          format.format(at),
        ]);
        expect(format.format(start.getTime() - 1)).not.toBe(format.format(at));
        expect(format.format(end)).not.toBe(format.format(at));
      }
    }
  });

  test.each([
    // At 00:01 on the 29th clocks went back to 23:01 of the 28th.
    ["America/St_Johns", "2006-10-29T02:29Z", ["02:30Z", "02:31Z", "03:29Z", "03:31Z"]],
    // At 02:00 on the 5th clocks went back to 23:00 of the 4th.
    ["Antarctica/Casey", "2010-03-04T12:00Z", ["13:00Z", "14:00Z", "14:59Z", "15:30Z", "16:00Z"]],
  ])(
    "windows go on where clocks went back over midnight and showed a date twice (%s)",
    (zone, before, times) => {
      const moments = [before, ...times.map((time) => before.replace(/\d\d:\d\dZ/, time))].map(
        (at) => new Date(at),
      );
      const windows = moments.map((at) => budgetWindow("daily", at, zone));
      for (const [index, { start, end }] of windows.entries()) {
        const at = moments[index] ?? new Date(Number.NaN);
        expect(start <= at && at < end).toBe(true);
      }
      const starts = new Set(windows.map(({ start }) => start.getTime()));
      const ends = new Set(windows.map(({ end }) => end.getTime()));
      expect([starts.size, ends.size]).toEqual([2, 2]);
      expect([...starts].filter((start) => ends.has(start))).toHaveLength(1);
    },
  );

  test("a zone that does not exist and a date that is none are refused", () => {
    for (const zone of ["Mars/Olympus", "", "Europe/Berlin; drop table"]) {
      expect(() => budgetWindow("daily", new Date(), zone)).toThrow(AIConfigError);
    }
    for (const at of [Number.NaN, -8.64e15, Date.UTC(1899, 11, 31), 8.64e15]) {
      expect(() => budgetWindow("monthly", new Date(at), "UTC")).toThrow(AIConfigError);
    }
    expect(budgetWindow("monthly", new Date("9998-12-31T12:00Z"), "UTC").end).toEqual(new Date("9999-01-01"));
  });
});
