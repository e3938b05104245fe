import fc from "fast-check";
import { expect, test } from "vitest";

import { AIConfigError, AVAILABLE_MODELS, calculateCost, type ModelInfo } from "../index.ts";

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
  const price = fc.integer({ min: 0, max: 10 ** 9 }).map((units) => units / 10 ** 7);
  fc.assert(
    fc.property(tokens, tokens, price, price, (input, output, inputPrice, outputPrice) => {
      const models = { m: model({ costPer1kInputTokens: inputPrice, costPer1kOutputTokens: outputPrice }) };
      const exact = add(times(fraction(inputPrice), input), times(fraction(outputPrice), output));
      const perToken = { over: exact.over, under: exact.under * 1000n };
      expect(isClosest(calculateCost(input, output, "m", { models }), perToken)).toBe(true);
    }),
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

function model(prices: Pick<ModelInfo, "costPer1kInputTokens" | "costPer1kOutputTokens">): ModelInfo {
  return { ...(AVAILABLE_MODELS["claude-3-opus-20240229"] as ModelInfo), id: "m", ...prices };
}
