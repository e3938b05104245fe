import { expect, test } from "vitest";

import { rotationDueAt } from "./index.ts";

test.each([
  ["2026-01-15T10:00:00.000Z", "monthly", "2026-02-15T10:00:00.000Z"],
  ["2026-01-31T10:00:00.000Z", "monthly", "2026-02-28T10:00:00.000Z"],
  ["2028-01-31T10:00:00.000Z", "monthly", "2028-02-29T10:00:00.000Z"],
  ["2026-12-31T23:59:59.999Z", "monthly", "2027-01-31T23:59:59.999Z"],
  ["2026-11-30T00:00:00.000Z", "quarterly", "2027-02-28T00:00:00.000Z"],
] as const)("a key of %s is due %s at %s", (createdAt, schedule, due) => {
  expect(rotationDueAt(new Date(createdAt), schedule)?.toISOString()).toBe(due);
});

test("a key that is rotated by hand is never due", () => {
  expect(rotationDueAt(new Date(), "manual")).toBeUndefined();
});
