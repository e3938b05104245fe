import { describe, expect, test } from "vitest";

import { calculateCost, costOf } from "../index.ts";
import { GOLDEN_COSTS } from "./golden-costs.ts";

test("there are enough cases, and each kind of them", () => {
  expect(GOLDEN_COSTS.length).toBeGreaterThanOrEqual(80);
  const models = new Set(GOLDEN_COSTS.map(({ options }) => options.model));
  expect(models.size).toBeGreaterThanOrEqual(27);
});

/** Evaluates what is written as a sum, in thousandths of millionths of millionths, so that nothing is rounded. */
function worthOf(sum: string): bigint {
  const scale = 10n ** 12n;
  const factorOf = (text: string) => {
    const [whole = "0", fraction = ""] = text.split(".");
    return BigInt(whole + fraction.padEnd(12, "0"));
  };
  const product = (text: string): bigint =>
    text
      .split("*")
      .map((part) => factorOf(part.trim()))
      .reduce((a, b) => (a * b) / scale);
  const plus = (text: string) =>
    text
      .split("+")
      .map((part) => product(part))
      .reduce((a, b) => a + b);
  const [, inner, factors = "", rest] = /^\(([^)]+)\)((?: \* [\d.]+)*)(?: \+ (.+))?$/.exec(sum) ?? [];
  if (inner === undefined) return plus(sum);
  const scaled = factors
    .split("*")
    .filter((part) => part.trim() !== "")
    .reduce((value, part) => (value * factorOf(part.trim())) / scale, plus(inner));
  return scaled + (rest === undefined ? 0n : plus(rest));
}

describe.each(GOLDEN_COSTS)(
  "$options.model on $options.date: $what",
  ({ options, usage, sum, amount, basis = "exact" }) => {
    test(`${sum} of a million is $${amount}`, () => {
      const [whole = "0", fraction = ""] = amount.split(".");
      expect(worthOf(sum)).toBe(BigInt(whole + fraction.padEnd(18, "0")));
      const cost = costOf(usage, { ...options, date: new Date(`${options.date}T12:00:00Z`) });
      expect(cost.amount).toBe(amount);
      expect(cost.basis).toBe(basis);
    });
  },
);

test("the contract's own figure, as a number", () => {
  expect(calculateCost(1000, 500, "claude-sonnet-4-5-20250929")).toBe(0.0105);
});
