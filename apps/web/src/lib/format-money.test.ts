import { describe, expect, test } from "vitest";
import { formatLeft, formatLimit, formatSpent } from "./format-money.ts";

describe("what was spent", () => {
  test.each([
    ["0", "$0.00"],
    ["1234.5", "$1,234.50"],
    ["0.29689", "$0.30"],
    ["0.4999", "$0.50"],
    ["0.467156", "$0.47"],
    ["0.1", "$0.10"],
  ])("%s is told to the cent: %s", (amount, text) => {
    expect(formatSpent(amount)).toBe(text);
  });

  test.each([
    ["0.0995", "$0.10"],
    ["0.0949", "$0.095"],
    ["0.02", "$0.02"],
    ["0.026", "$0.026"],
    ["0.018816", "$0.019"],
    ["0.000456", "$0.00046"],
    ["0.00000000123", "$0.0000000012"],
  ])("%s is less than ten cents, and told with two digits: %s", (amount, text) => {
    expect(formatSpent(amount)).toBe(text);
  });

  test.each([
    ["3.127", "3.13", "$3.127"],
    ["99.996", "100", "$99.996"],
    ["100.004", "100", "$100.004"],
    ["3.0031", "3.003", "$3.0031"],
    ["3.0029", "3.003", "$3.00"],
    ["100", "100", "$100.00"],
    ["0.0504567", "0.05", "$0.0505"],
    ["0", "0", "$0.00"],
  ])("%s stands on the side of %s where it is: %s", (amount, limit, text) => {
    expect(formatSpent(amount, limit)).toBe(text);
  });
});

test.each([
  ["3.003", "$3.003"],
  ["100", "$100.00"],
  ["99.5", "$99.50"],
  ["0.0265", "$0.0265"],
  ["0.000003", "$0.000003"],
  ["1234567.891", "$1,234,567.891"],
])("a limit of %s is told as it was set: %s", (amount, text) => {
  expect(formatLimit(amount)).toBe(text);
});

test.each([
  ["99.996", "$99.99"],
  ["0.467156", "$0.46"],
  ["0.0199", "$0.019"],
  ["0.0000009999", "$0.00000099"],
  ["1234.509", "$1,234.50"],
  ["0", "$0.00"],
])("of %s that is left no more is told than there is: %s", (amount, text) => {
  expect(formatLeft(amount)).toBe(text);
});
