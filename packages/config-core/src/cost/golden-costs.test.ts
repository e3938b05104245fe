import { describe, expect, test } from "vitest";

import { BUILT_IN_MODELS } from "../catalogue/built-in-models.ts";
import { catalogueOf, type ModelCatalogue } from "../catalogue/models.ts";
import { calculateCost, costOf, type ModelEntry, type PriceRow, upperBound } from "../index.ts";
import { GOLDEN_COSTS } from "./golden-costs.ts";

const RATES = ["input", "output", "cacheWrite5m", "cacheWrite1h", "cacheRead"] as const;

interface GoldenCost {
  readonly what: string;
  readonly day: string;
  readonly model: string;
  /** Tokens and their price, as text, in the order of `RATES`. */
  readonly terms: readonly Term[];
  readonly searches: Term;
  readonly factors: ReadonlyMap<string, string>;
  readonly amount: string;
  readonly basis: string;
}
type Term = readonly [count: string, price: string];

const CASES = GOLDEN_COSTS.split("\n")
  .filter((line) => line.startsWith("|") && !line.startsWith("| case"))
  .map(readCase);

function readCase(line: string): GoldenCost {
  const cells = line.split("|").map((cell) => cell.trim());
  if (cells.length !== 14) throw new Error(`Not twelve columns: ${line}`);
  const [, what = "", day = "", model = "", ...rest] = cells;
  const [searches = "", factors = "", amount = "", basis = ""] = rest.slice(RATES.length);
  return {
    what,
    day,
    model,
    terms: rest.slice(0, RATES.length).map(readTerm),
    searches: readTerm(searches),
    factors: new Map(factors.split(" ").filter(Boolean).map(readTerm)),
    amount,
    basis: basis || "exact",
  };
}

function readTerm(text: string): Term {
  const [count = "0", price = "0"] = text === "" ? [] : text.split("×");
  return [count, price];
}

/** A product of decimals in 10^-30, so that nothing is rounded. */
function product(...decimals: readonly string[]): bigint {
  let digits = 1n;
  let places = 0;
  for (const decimal of decimals) {
    const [whole = "", fraction = ""] = decimal.split(".");
    digits *= BigInt(whole + fraction);
    places += fraction.length;
  }
  return digits * 10n ** BigInt(30 - places);
}

/** What the columns say each part costs. */
function writtenParts({ terms, searches, factors }: GoldenCost): bigint[] {
  const tokens = terms.map((term) => product(...term, ...factors.values(), "0.000001"));
  return [...tokens, product(...searches, factors.get("negotiated") ?? "1")];
}

function usageOf({ terms, searches }: GoldenCost) {
  const [input, output, write5m, write1h, read] = terms.map(([count]) => Number(count));
  return {
    input_tokens: input ?? 0,
    output_tokens: output ?? 0,
    cache_creation_input_tokens: (write5m ?? 0) + (write1h ?? 0),
    cache_creation: {
      ephemeral_5m_input_tokens: write5m ?? 0,
      ephemeral_1h_input_tokens: write1h ?? 0,
    },
    cache_read_input_tokens: read ?? 0,
    server_tool_use: { web_search_requests: Number(searches[0]), web_fetch_requests: 0 },
  };
}

function modifiersOf({ factors }: GoldenCost) {
  return {
    batch: factors.has("batch"),
    speed: factors.has("fast") ? ("fast" as const) : ("standard" as const),
    geo: [...factors.keys()].find((name) => !["batch", "fast", "negotiated"].includes(name)),
  };
}

/** What we say it costs, with the modifiers in the usage that Anthropic reports. */
function costOfCase(golden: GoldenCost, models?: ModelCatalogue) {
  const { batch, speed, geo } = modifiersOf(golden);
  const usage = {
    ...usageOf(golden),
    service_tier: batch ? "batch" : "standard",
    speed,
    inference_geo: geo ?? null,
  };
  const multiplier = Number(golden.factors.get("negotiated") ?? 1);
  return costOf(usage, { model: golden.model, date: new Date(golden.day), multiplier, models });
}

test("there are at least eighty cases", () => {
  expect(CASES.length).toBeGreaterThanOrEqual(80);
});

describe.each(CASES)("$model on $day: $what", (golden) => {
  const { model, factors, amount, basis } = golden;
  const date = new Date(golden.day);

  test(`costs ${amount} USD, as the columns add up`, () => {
    expect(writtenParts(golden).reduce((sum, part) => sum + part)).toBe(product(amount));
    expect(costOfCase(golden)).toMatchObject({ amount, basis });
  });

  test("costs in each of its parts what its column says", () => {
    const { parts } = costOfCase(golden);
    const told = [...RATES, "serverTools" as const].map((part) => product(parts?.[part] ?? "-"));
    expect(told).toEqual(writtenParts(golden));
  });

  test("costs the same where the caller tells batch, region and speed", () => {
    const multiplier = Number(factors.get("negotiated") ?? 1);
    const told = costOf(usageOf(golden), { model, date, multiplier, ...modifiersOf(golden) });
    expect(told).toEqual(costOfCase(golden));
  });
});

test.each(CASES.filter(isPlain))("$model on $day: $what costs the same in calculateCost", (golden) => {
  const { model, day, terms, amount } = golden;
  const [[input] = ["0"], [output] = ["0"]] = terms;
  expect(calculateCost(Number(input), Number(output), model, { date: new Date(day) })).toBe(Number(amount));
});

/** Whether it has only input and output at the list price. */
function isPlain({ terms, searches, factors }: GoldenCost): boolean {
  return factors.size === 0 && [...terms.slice(2), searches].every(([count]) => count === "0");
}

describe("every figure of the catalogue is held by a case", () => {
  test.each(BUILT_IN_MODELS)("of $id", (model) => {
    expect(changesOf(model).filter(([, changed]) => !isNoticed(changed))).toEqual([]);
  });

  /** The model with one figure changed, for each figure that multiplies tokens. */
  function changesOf(model: ModelEntry): [what: string, ModelEntry][] {
    const { batchMultiplier, fastMultiplier, geoMultipliers, prices } = model;
    const changes: [string, ModelEntry][] = prices.flatMap((row) =>
      RATES.map((rate): [string, ModelEntry] => {
        const changed: PriceRow = { ...row, [rate]: row[rate] + 0.000001 };
        const what = `${rate} from ${row.effectiveFrom} above ${row.promptTokensAbove}`;
        return [what, { ...model, prices: prices.map((other) => (other === row ? changed : other)) }];
      }),
    );
    if (batchMultiplier !== null) changes.push(["batch", { ...model, batchMultiplier: 0.5001 }]);
    if (fastMultiplier !== null) changes.push(["fast", { ...model, fastMultiplier: 2.0001 }]);
    if (geoMultipliers.us !== undefined) {
      changes.push(["us", { ...model, geoMultipliers: { ...geoMultipliers, us: 1.1001 } }]);
    }
    return changes;
  }

  function isNoticed(model: ModelEntry): boolean {
    const models = catalogueOf([model]);
    return CASES.some(
      (golden) => golden.model === model.id && costOfCase(golden, models).amount !== golden.amount,
    );
  }
});

describe("what has no price has no amount, and is never free", () => {
  const date = new Date("2026-11-23");
  const nothing = { input_tokens: 0, output_tokens: 0 };
  const priceless = catalogueOf(BUILT_IN_MODELS.slice(0, 1).map((model) => ({ ...model, prices: [] })));

  test.each([
    ["claude-opus-6", undefined],
    ["claude-sonnet-4-5-20250930", undefined],
    ["Claude-Opus-5-5", undefined],
    ["", undefined],
    ["constructor", undefined],
    ["claude-fable-5-2", priceless],
  ])("%j", (model, models) => {
    const unknown = { amount: null, basis: "unknown", formatted: "unknown" };
    expect(costOf(nothing, { model, date, models })).toEqual({ ...unknown, parts: null, price: null });
    expect(upperBound({ model, max_tokens: 0 }, 0, { date, models })).toEqual(unknown);
    expect(() => calculateCost(0, 0, model, { models })).toThrow(
      expect.objectContaining({
        code: "INPUT_INVALID",
        issues: [expect.objectContaining({ path: "model" })],
      }),
    );
  });
});

test("a cache write that nobody breaks down is taken for one of five minutes, and called estimated", () => {
  const usage = { input_tokens: 5, output_tokens: 10, cache_creation_input_tokens: 700 };
  // 5 × 4 + 10 × 20 + 700 × 5 USD a million.
  expect(costOf(usage, { model: "claude-opus-5-5", date: new Date("2026-11-23") })).toMatchObject({
    amount: "0.00372",
    basis: "estimated",
  });
});

test("the contract's own figure, as a number", () => {
  expect(calculateCost(1000, 500, "claude-sonnet-4-5-20250929")).toBe(0.0105);
});
