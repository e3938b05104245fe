import { expect, test } from "vitest";

import { forecastSpend } from "../index.ts";

const window = { startsAt: new Date("2026-11-01T00:00Z"), resetsAt: new Date("2026-12-01T00:00Z") };
const at = (moment: string, spent: string) => forecastSpend({ ...window, spent }, new Date(moment));

test("a third of a month in, a third is spent", () => {
  expect(at("2026-11-11T00:00Z", "10")).toBe("30");
  expect(at("2026-11-16T00:00Z", "0.333333333333")).toBe("0.666667");
  expect(at("2026-12-01T00:00Z", "12.34")).toBe("12.34");
  expect(at("2026-11-20T00:00Z", "0")).toBe("0");
});

test("little spent leads to little, and never to less than is spent", () => {
  expect(at("2026-11-11T00:00Z", "0.000096")).toBe("0.000288");
  expect(at("2026-12-01T00:00Z", "0.0000001")).toBe("0.0000001");
  expect(at("2026-12-01T00:00Z", "0.1234561")).toBe("0.1234561");
});

test("what is large stays exact", () => {
  expect(at("2026-11-11T00:00Z", "123456789012345678.01")).toBe("370370367037037034.03");
});

test("the first fiftieth of a window says nothing, what follows it does", () => {
  const first = new Date(window.startsAt.getTime() + 30 * 86_400_000 * 0.02);
  expect(forecastSpend({ ...window, spent: "1" }, new Date(first.getTime() - 1))).toBeNull();
  expect(forecastSpend({ ...window, spent: "1" }, first)).toBe("50");
});

test("nobody can say in the first hours, or outside the window", () => {
  expect(at("2026-11-01T01:00Z", "1")).toBeNull();
  expect(at("2026-11-01T00:00Z", "1")).toBeNull();
  expect(at("2026-12-02T00:00Z", "1")).toBeNull();
  expect(at("2026-10-30T00:00Z", "1")).toBeNull();
});
