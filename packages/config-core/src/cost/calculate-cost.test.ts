import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  AIConfigError,
  AVAILABLE_MODELS,
  calculateCost,
  catalogueOf,
  type ModelEntry,
  type PriceRow,
  resolveConfiguration,
} from "../index.ts";

const OPUS = AVAILABLE_MODELS["claude-opus-5-5"] as ModelEntry;
const ROW = OPUS.prices[0] as PriceRow;

test.each([
  [1000, 500, "claude-sonnet-4-5-20250929", 0.0105],
  [1, 0, "claude-3-haiku-20240307", 0.00000025],
  [0, 1, "claude-3-haiku-20240307", 0.00000125],
  [3, 3, "claude-3-5-sonnet-20241022", 0.000054],
  [1_000_000, 1_000_000, "claude-3-opus-20240229", 90],
  [0, 0, "claude-3-opus-20240229", 0],
])("%i input and %i output tokens of %s cost exactly %f USD", (input, output, model, cost) => {
  expect(calculateCost(input, output, model)).toBe(cost);
});

test("the cost is the number closest to the exact fraction, for any prices", () => {
  const tokens = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
  const price = fc.integer({ min: 0, max: 10 ** 9 }).map((units) => units / 10 ** 4);
  fc.assert(
    fc.property(tokens, tokens, price, price, (input, output, inputPrice, outputPrice) => {
      const models = modelWith([{ ...ROW, input: inputPrice, output: outputPrice }]);
      const exact = add(times(fraction(inputPrice), input), times(fraction(outputPrice), output));
      const perToken = { over: exact.over, under: exact.under * 1_000_000n };
      expect(isClosest(calculateCost(input, output, "m", { models }), perToken)).toBe(true);
    }),
  );
});

test.each([
  [100_000, 0.0105],
  [100_001, 0.0525005],
  [150_000, 0.0775],
])("%i prompt tokens of Claude Haiku 5.5 and 1,000 of its answer cost %f USD", (input, cost) => {
  expect(calculateCost(input, 1000, "claude-haiku-5-5")).toBe(cost);
});

describe("a price that is announced", () => {
  const models = modelWith([
    { ...ROW, effectiveFrom: null, input: 4 },
    { ...ROW, effectiveFrom: "2027-06-01", input: 9 },
  ]);

  test("does not count before its day", () => {
    expect(calculateCost(1_000_000, 0, "m", { models })).toBe(4);
    expect(calculateCost(1_000_000, 0, "m", { models, date: new Date("2027-05-31T23:59:59Z") })).toBe(4);
    expect(calculateCost(1_000_000, 0, "m", { models, date: new Date("2027-06-01T00:00:00Z") })).toBe(9);
  });

  test("is not shown as the price of the model", () => {
    expect(models.m?.costPer1kInputTokens).toBe(0.004);
    const layer = { source: "user" as const, id: "u", values: { model: { model: "m" } } };
    const { configuration } = resolveConfiguration([layer], { models });
    expect(configuration.capabilities?.costPer1kInputTokens).toBe(0.004);
  });

  test("is the price of a model that has no other yet", () => {
    const coming = modelWith([
      { ...ROW, effectiveFrom: "2027-06-01", input: 9 },
      { ...ROW, effectiveFrom: "2027-01-01", input: 8 },
    ]);
    expect(coming.m?.costPer1kInputTokens).toBe(0.008);
    expect(calculateCost(1_000_000, 0, "m", { models: coming })).toBe(8);
  });
});

test.each([new Date("x"), null])("the day %j has no price", (day) => {
  expect(() => calculateCost(1, 1, OPUS.id, { date: day as Date })).toThrow(
    expect.objectContaining({ code: "INPUT_INVALID", issues: [expect.objectContaining({ path: "date" })] }),
  );
});

test("a model without a price has no cost", () => {
  expect(() => calculateCost(1, 1, "m", { models: modelWith([]) })).toThrow(
    expect.objectContaining({ issues: [expect.objectContaining({ code: "unknown_price", path: "model" })] }),
  );
});

test.each([
  [-1, 0],
  [0.5, 0],
  [Number.NaN, 0],
  [0, Number.POSITIVE_INFINITY],
  [0, 2 ** 53],
])("%d and %d tokens have no cost", (input, output) => {
  expect(() => calculateCost(input, output, "claude-3-haiku-20240307")).toThrow(AIConfigError);
});

test.each(["claude-99", "", "constructor", "__proto__"])(
  "the unknown model %j has no cost, not even zero",
  (id) => {
    expect(() => calculateCost(1, 1, id)).toThrow(expect.objectContaining({ code: "INPUT_INVALID" }));
  },
);

test("the catalogue has the four models of the contract", () => {
  const contract = [
    ["claude-sonnet-4-5-20250929", 200_000, 4096, 0.003, 0.015],
    ["claude-3-5-sonnet-20241022", 200_000, 8192, 0.003, 0.015],
    ["claude-3-opus-20240229", 200_000, 4096, 0.015, 0.075],
    ["claude-3-haiku-20240307", 200_000, 4096, 0.00025, 0.00125],
  ] as const;
  for (const [id, contextWindow, outputLimit, costPer1kInputTokens, costPer1kOutputTokens] of contract) {
    expect(AVAILABLE_MODELS[id]).toMatchObject({
      id,
      contextWindow,
      outputLimit,
      costPer1kInputTokens,
      costPer1kOutputTokens,
    });
  }
});

interface Fraction {
  over: bigint;
  under: bigint;
}

/** The fraction that a number's shortest decimal text stands for. */
function fraction(number: number): Fraction {
  const [digits = "0", exponent = "0"] = String(number).split("e");
  const [before = "0", after = ""] = digits.split(".");
  const power = after.length - Number(exponent);
  return { over: BigInt(before + after), under: 10n ** BigInt(power) };
}

function times({ over, under }: Fraction, count: number): Fraction {
  return { over: over * BigInt(count), under };
}

function add(a: Fraction, b: Fraction): Fraction {
  return { over: a.over * b.under + b.over * a.under, under: a.under * b.under };
}

/** Whether no neighbouring double is closer to the fraction. */
function isClosest(number: number, exact: Fraction): boolean {
  if (number === 0) return exact.over === 0n;
  const gap = 2 ** (Math.floor(Math.log2(number)) - 52);
  const [below, own, above] = [number - gap, number, number + gap].map((candidate) =>
    distance(candidate, exact),
  );
  return own !== undefined && below !== undefined && above !== undefined && own <= below && own <= above;
}

/** How far a double is from a fraction, in parts that are the same for all doubles of its size. */
function distance(number: number, { over, under }: Fraction): bigint {
  const bits = 200;
  let doublings = 0;
  let whole = number;
  for (; !Number.isInteger(whole); doublings += 1) whole *= 2;
  const difference = BigInt(whole) * 2n ** BigInt(bits - doublings) * under - over * 2n ** BigInt(bits);
  return difference < 0n ? -difference : difference;
}

function modelWith(prices: readonly PriceRow[]) {
  return catalogueOf([{ ...OPUS, id: "m", prices }]);
}
