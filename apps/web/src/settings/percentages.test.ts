import { expect, test } from "vitest";
import { fractionOf, nextThreshold, percentOf } from "./percentages.ts";

test("percent and fraction turn into each other without the noise of binary fractions", () => {
  expect(percentOf(0.07)).toBe(7);
  expect(percentOf(0.29)).toBe(29);
  expect(fractionOf(55.5)).toBe(0.555);
  for (let percent = 0; percent <= 100; percent++) expect(percentOf(fractionOf(percent))).toBe(percent);
});

test("a new threshold lies above the highest one and never above the whole", () => {
  expect(nextThreshold([])).toBe(0.5);
  expect(nextThreshold([0.5, 0.75])).toBe(0.88);
  expect(nextThreshold([null, 0.5])).toBe(0.75);
  expect(nextThreshold([1])).toBe(1);
});
