import { expect, test } from "vitest";
import { groupByDay } from "./group-by-day.ts";

test("entries stay in order, under the local day on which they happened", () => {
  const at = (day: number, hour: number) => ({ changedAt: new Date(2026, 10, day, hour).toISOString() });
  const groups = groupByDay([at(23, 9), at(23, 0), at(22, 23), at(20, 5)]);
  expect(groups.map((group) => group.entries.length)).toEqual([2, 1, 1]);
});

test("no entries make no groups", () => {
  expect(groupByDay([])).toEqual([]);
});
