import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  type AnthropicUsage,
  calculateCost,
  costOf,
  DEFAULT_AI_CONFIGURATION,
  estimateMonthly,
  type PricedParams,
  type Traffic,
  upperBound,
} from "../index.ts";

const date = new Date("2026-11-23T12:00:00Z");

/** What counts no tokens: negative, in fractions, no number, or more than a number can count. */
const noCount = fc.oneof(
  fc.integer({ max: -1 }),
  fc.double({ noInteger: true }),
  fc.double({ min: 2 ** 53 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  fc.constantFrom<unknown>("1", "", true, false, [], [1], {}, 1n),
);

/** A model with a price, and one that nobody knows: its counts are no more trusted. */
const model = fc.constantFrom("claude-opus-5-5", "claude-99");

function isRefused(path: string, price: (count: never, id: string) => unknown, values = noCount) {
  fc.assert(
    fc.property(values, model, (value, id) => {
      expect(() => price(value as never, id)).toThrow(
        expect.objectContaining({
          name: "AIConfigError",
          code: "INPUT_INVALID",
          issues: [expect.objectContaining({ path, message: expect.stringMatching(/^Must /) })],
        }),
      );
    }),
  );
}

describe("calculateCost refuses", () => {
  test("inputTokens", () => isRefused("inputTokens", (count, id) => calculateCost(count, 0, id)));
  test("outputTokens", () => isRefused("outputTokens", (count, id) => calculateCost(0, count, id)));
});

describe("costOf refuses", () => {
  const priced = (change: object, id: string) =>
    costOf({ input_tokens: 1, output_tokens: 1, ...change } as AnthropicUsage, { model: id, date });

  test.each(["input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"])(
    "usage.%s",
    (name) => {
      isRefused(`usage.${name}`, (count, id) => priced({ [name]: count }, id));
    },
  );

  test.each([
    ["cache_creation", "ephemeral_5m_input_tokens"],
    ["cache_creation", "ephemeral_1h_input_tokens"],
    ["server_tool_use", "web_search_requests"],
  ])("usage.%s.%s", (group, name) => {
    isRefused(`usage.${group}.${name}`, (count, id) => priced({ [group]: { [name]: count } }, id));
  });

  test.each(["cache_creation", "server_tool_use"])("usage.%s that holds nothing to read", (group) => {
    const noObject = fc.constantFrom<unknown>(5, "5", true, false, 0, "");
    isRefused(`usage.${group}`, (value, id) => priced({ [group]: value }, id), noObject);
  });
});

describe("upperBound refuses", () => {
  const bound = (change: object, prompt: number, id: string) =>
    upperBound({ model: id, max_tokens: 1, ...change } as PricedParams, prompt, { date });

  test("promptTokens", () => isRefused("promptTokens", (count, id) => bound({}, count, id)));
  test("params.max_tokens", () =>
    isRefused("params.max_tokens", (count, id) => bound({ max_tokens: count }, 1, id)));
});

describe("estimateMonthly refuses", () => {
  const estimate = (change: object | null, id: string) => {
    const configuration = {
      ...DEFAULT_AI_CONFIGURATION,
      model: { ...DEFAULT_AI_CONFIGURATION.model, model: id },
    };
    const traffic = change && { requestsPerMonth: 1, inputTokens: 1, outputTokens: 1, ...change };
    return estimateMonthly(configuration, traffic as Traffic, { date });
  };

  test.each(["requestsPerMonth", "inputTokens", "outputTokens"])("traffic.%s", (name) => {
    isRefused(`traffic.${name}`, (count, id) => estimate({ [name]: count }, id));
  });

  test.each(["cacheReadShare", "cacheWriteShare"])("traffic.%s", (name) => {
    const noShare = fc.oneof(
      fc.double({ max: -Number.MIN_VALUE }),
      fc.double({ min: 1, minExcluded: true }),
      fc.constantFrom<unknown>(Number.NaN, "0.5", "", true, null, [], [0.5]),
    );
    isRefused(`traffic.${name}`, (value, id) => estimate({ [name]: value }, id), noShare);
  });

  test("traffic that is none", () => isRefused("traffic", (_, id) => estimate(null, id)));
});

test("a negotiated factor that is none is refused, whatever the model", () => {
  const noFactor = fc.oneof(
    fc.double({ max: -Number.MIN_VALUE }),
    fc.double({ min: 100, minExcluded: true }),
    fc.constantFrom<unknown>(Number.NaN, 0.00001, 0.33333, "1", null, [1], true),
  );
  const usage = { input_tokens: 1, output_tokens: 1 };
  isRefused("multiplier", (multiplier, id) => costOf(usage, { model: id, date, multiplier }), noFactor);
  isRefused(
    "multiplier",
    (multiplier, id) => upperBound({ model: id, max_tokens: 1 }, 1, { date, multiplier }),
    noFactor,
  );
});
