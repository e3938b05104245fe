import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { AVAILABLE_MODELS, compareUsd, costOf, sumUsd, upperBound } from "../index.ts";

const date = new Date("2026-11-23T12:00:00Z");
const ids = Object.values(AVAILABLE_MODELS)
  .filter(({ prices }) => prices.length > 0)
  .map(({ id }) => id);

const tokens = (max: number) => fc.integer({ min: 0, max });

/** A request, and what it may be billed for: some of the prompt cached, some of the output used. */
const call = fc.record({
  model: fc.constantFrom(...ids),
  promptTokens: tokens(300_000),
  shares: fc.tuple(tokens(100), tokens(100), tokens(100)),
  maxTokens: fc.integer({ min: 1, max: 128_000 }),
  used: fc.double({ min: 0, max: 1, noNaN: true }),
  geo: fc.constantFrom("us", "global", undefined),
  speed: fc.constantFrom("fast", "standard", undefined),
  batch: fc.boolean(),
  multiplier: fc.constantFrom(1, 0.85, 1.3),
  hasCache: fc.boolean(),
});
type Call = typeof call extends fc.Arbitrary<infer T> ? T : never;

/** What Anthropic would report of it. */
function usageOf({
  promptTokens,
  shares: [read, short, long],
  maxTokens,
  used,
  geo,
  speed,
  batch,
  hasCache,
}: Call) {
  const part = (share: number) => (hasCache ? Math.floor((promptTokens * share) / 301) : 0);
  const cached = {
    cache_read_input_tokens: part(read),
    cache_creation: { ephemeral_5m_input_tokens: part(short), ephemeral_1h_input_tokens: part(long) },
  };
  const written = part(short) + part(long);
  return {
    input_tokens: promptTokens - part(read) - written,
    output_tokens: Math.floor(maxTokens * used),
    cache_creation_input_tokens: written,
    ...cached,
    ...(batch && { service_tier: "batch" }),
    ...(geo && { inference_geo: geo }),
    ...(speed && !batch && { speed }),
  };
}

function paramsOf({ model, maxTokens, geo, speed, batch, hasCache }: Call) {
  return {
    model,
    max_tokens: maxTokens,
    ...(geo && { inference_geo: geo }),
    ...(speed && !batch && { speed }),
    ...(hasCache && {
      system: [{ type: "text", text: "…", cache_control: { type: "ephemeral", ttl: "1h" } }],
    }),
  };
}

test("no call costs more than the upper bound of its request", () => {
  fc.assert(
    fc.property(call, (made) => {
      const { model, promptTokens, batch, multiplier } = made;
      const bound = upperBound(paramsOf(made), promptTokens, { date, batch, multiplier });
      const cost = costOf(usageOf(made), { model, date, batch, multiplier });
      expect(compareUsd(cost.amount ?? "", bound.amount ?? "")).toBeLessThanOrEqual(0);
    }),
    { numRuns: 20_000 },
  );
});

test("the bound is within a hundredth of the cost where everything that is allowed is used", () => {
  fc.assert(
    fc.property(call, (any) => {
      const made = { ...any, used: 1, hasCache: false, geo: any.geo ?? ("global" as const) };
      const { model, promptTokens, batch, multiplier } = made;
      const bound = Number(upperBound(paramsOf(made), promptTokens, { date, batch, multiplier }).amount);
      const cost = Number(costOf(usageOf(made), { model, date, batch, multiplier }).amount);
      expect(bound - cost).toBeLessThanOrEqual(cost * 0.01);
    }),
    { numRuns: 5_000 },
  );
});

describe("amounts", () => {
  test("of a call are the sum of its parts", () => {
    fc.assert(
      fc.property(call, (made) => {
        const { model, batch, multiplier } = made;
        const { amount, parts } = costOf(usageOf(made), { model, date, batch, multiplier });
        expect(sumUsd(Object.values(parts ?? {}))).toBe(amount);
      }),
    );
  });

  test("of calls add up in any order and any grouping, to the last digit", () => {
    fc.assert(
      fc.property(fc.array(call, { maxLength: 30 }), fc.integer({ min: 0, max: 30 }), (calls, cut) => {
        const amounts = calls.map((made) => costOf(usageOf(made), { model: made.model, date }).amount ?? "0");
        const whole = sumUsd(amounts);
        expect(sumUsd(amounts.toReversed())).toBe(whole);
        expect(sumUsd([sumUsd(amounts.slice(0, cut)), sumUsd(amounts.slice(cut))])).toBe(whole);
      }),
    );
  });

  test("of three million calls are exact, where floating point is not", () => {
    // 0.00000001 USD: one cached token of the cheapest model.
    const { amount } = costOf(
      { input_tokens: 0, output_tokens: 0, cache_read_input_tokens: 1 },
      { model: "claude-haiku-5-5", date },
    );
    expect(amount).toBe("0.00000001");
    function* many() {
      for (let index = 0; index < 3_000_000; index += 1) yield amount ?? "";
    }
    expect(sumUsd(many())).toBe("0.03");
    let float = 0;
    for (let index = 0; index < 3_000_000; index += 1) float += Number(amount);
    expect(float).not.toBe(0.03);
  });

  test("grow with the tokens: twice the tokens of a price cost twice as much", () => {
    fc.assert(
      fc.property(call, (made) => {
        // Within the short price of every model.
        const small = { ...made, promptTokens: made.promptTokens % 40_000, used: 1 };
        const usage = usageOf(small);
        const twice = {
          ...usage,
          input_tokens: usage.input_tokens * 2,
          output_tokens: usage.output_tokens * 2,
          cache_read_input_tokens: usage.cache_read_input_tokens * 2,
          cache_creation_input_tokens: usage.cache_creation_input_tokens * 2,
          cache_creation: {
            ephemeral_5m_input_tokens: usage.cache_creation.ephemeral_5m_input_tokens * 2,
            ephemeral_1h_input_tokens: usage.cache_creation.ephemeral_1h_input_tokens * 2,
          },
        };
        const [once, doubled] = [usage, twice].map(
          (used) => costOf(used, { model: made.model, date }).amount ?? "",
        );
        expect(sumUsd([once ?? "", once ?? ""])).toBe(doubled);
      }),
    );
  });
});
