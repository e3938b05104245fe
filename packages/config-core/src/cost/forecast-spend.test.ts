import { expect, test } from "vitest";

import { forecastSpend } from "../index.ts";

const window = { startsAt: new Date("2026-11-01T00:00Z"), resetsAt: new Date("2026-12-01T00:00Z") };
const at = (moment: string, spent: string) => forecastSpend({ ...window, spent }, new Date(moment));

test("a third of a month in, a third is spent", () => {
  expect(at("2026-11-11T00:00Z", "10")).toBe("30");
  expect(at("2026-11-16T00:00Z", "0.333333333333")).toBe("0.67");
  expect(at("2026-12-01T00:00Z", "12.34")).toBe("12.34");
  expect(at("2026-11-20T00:00Z", "0")).toBe("0");
});

test("nobody can say in the first hours, or outside the window", () => {
  expect(at("2026-11-01T01:00Z", "1")).toBeNull();
  expect(at("2026-11-01T00:00Z", "1")).toBeNull();
  expect(at("2026-12-02T00:00Z", "1")).toBeNull();
  expect(at("2026-10-30T00:00Z", "1")).toBeNull();
});
