import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  AVAILABLE_MODELS,
  catalogueOf,
  DEFAULT_AI_CONFIGURATION,
  estimateMonthly,
  type ModelConfiguration,
  type ModelEntry,
  sumUsd,
} from "../index.ts";
import { parseUsd, toUsd } from "./usd.ts";

const date = new Date("2026-11-23T12:00:00Z");
const afterRetirement = new Date("2026-12-05T00:00:00Z");
const traffic = { requestsPerMonth: 1, inputTokens: 1_000, outputTokens: 100_000 };

function configured(change: Partial<ModelConfiguration>) {
  return { ...DEFAULT_AI_CONFIGURATION, model: { ...DEFAULT_AI_CONFIGURATION.model, ...change } };
}

describe("the request that is really sent is what is priced", () => {
  test("its answer ends where the model ends", () => {
    // 4,096 × 15 USD a million.
    expect(estimateMonthly(configured({ maxTokens: 128_000 }), traffic, { date })).toMatchObject({
      parts: { output: "0.06144" },
    });
    // What replaces it writes 100,000 × 10 USD a million.
    expect(
      estimateMonthly(configured({ maxTokens: 128_000 }), traffic, { date: afterRetirement }),
    ).toMatchObject({ model: "claude-sonnet-5-5", parts: { output: "1" } });
  });

  test("its region and its speed are those that the model has", () => {
    const demanding = configured({ inferenceGeo: "us", speed: "fast" });
    // 1,000 × 3 USD a million, and 1,000 × 2 in the region that the replacement has.
    expect(estimateMonthly(demanding, traffic, { date }).parts?.input).toBe("0.003");
    expect(estimateMonthly(demanding, traffic, { date: afterRetirement }).parts?.input).toBe("0.0022");
  });

  test("there is none where a retired model must not be replaced, so its cost is unknown", () => {
    const strict = configured({ onRetiredModel: "fail" });
    expect(estimateMonthly(strict, traffic, { date }).amount).not.toBeNull();
    expect(estimateMonthly(strict, traffic, { date: afterRetirement })).toEqual({
      amount: null,
      parts: null,
      perRequest: null,
      formatted: "unknown",
      basis: "unknown",
      model: "claude-sonnet-4-5-20250929",
    });
  });

  test("there is none where nothing replaces a retired model", () => {
    const opus = AVAILABLE_MODELS["claude-opus-5-5"] as ModelEntry;
    const lifecycle = { ...opus.lifecycle, retiresOn: "2026-01-01", replacement: null };
    const models = catalogueOf([{ ...opus, lifecycle }]);
    expect(estimateMonthly(configured({ model: opus.id }), traffic, { date, models })).toMatchObject({
      amount: null,
      model: opus.id,
    });
  });

  test("an alias is told by the id of its model", () => {
    const byAlias = configured({ model: "claude-sonnet-4-5" });
    expect(estimateMonthly(byAlias, traffic, { date }).model).toBe("claude-sonnet-4-5-20250929");
  });
});

test("a date that is none is refused", () => {
  expect(() => estimateMonthly(configured({}), traffic, { date: new Date("x") })).toThrow(
    expect.objectContaining({ code: "INPUT_INVALID", issues: [expect.objectContaining({ path: "date" })] }),
  );
});

test("a month is its parts, and as many times the average request as there are requests", () => {
  const percent = fc.nat(100);
  const month = fc.record({
    model: fc.constantFrom(...Object.keys(AVAILABLE_MODELS)),
    requestsPerMonth: fc.nat(100_000_000),
    inputTokens: fc.nat(300_000),
    outputTokens: fc.nat(200_000),
    shares: fc.tuple(percent, percent).filter(([read, written]) => read + written <= 100),
  });
  fc.assert(
    fc.property(month, ({ model, shares: [read, written], ...made }) => {
      const traffic = { ...made, cacheReadShare: read / 100, cacheWriteShare: written / 100 };
      const { amount, parts, perRequest } = estimateMonthly(configured({ model }), traffic, { date });
      expect(sumUsd(Object.values(parts ?? {}))).toBe(amount);
      expect(toUsd(parseUsd(perRequest ?? "unknown") * BigInt(made.requestsPerMonth))).toBe(amount);
    }),
  );
});
