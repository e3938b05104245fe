import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  type AnthropicUsage,
  AVAILABLE_MODELS,
  type CostOptions,
  catalogueOf,
  costOf,
  type ModelInfo,
  type PricedParams,
  type PriceRow,
  type UpperBoundOptions,
  upperBound,
} from "../index.ts";
import { type Amount, parseUsd, type Usd } from "./usd.ts";

/** A decimal with so many places, as an operator may write it. */
function decimal(most: number, places: number): fc.Arbitrary<number> {
  return fc.nat(most * 10 ** places).map((digits) => Number((digits / 10 ** places).toFixed(places)));
}

const price = decimal(100, 6);
const factor = decimal(3, 4);

/** The rows of one day: one for short prompts, and others for longer ones, which may well be cheaper. */
const rowsOfDay = (effectiveFrom: string | null) =>
  fc.uniqueArray(fc.integer({ min: 1, max: 300_000 }), { maxLength: 3 }).chain((edges) =>
    fc.tuple(
      ...[0, ...edges].map((promptTokensAbove) =>
        fc.record({
          effectiveFrom: fc.constant(effectiveFrom),
          promptTokensAbove: fc.constant(promptTokensAbove),
          input: price,
          output: price,
          cacheWrite5m: price,
          cacheWrite1h: price,
          cacheRead: price,
          webSearch: fc.option(price, { nil: undefined }),
          source: fc.constant("made up"),
        }),
      ),
    ),
  );

const opus = AVAILABLE_MODELS["claude-opus-5-5"] as ModelInfo;

/** A model with any prices that a catalogue may hold: nothing says that caches, batches or regions keep an order. */
const madeUpModel = fc
  .record({
    prices: fc.tuple(rowsOfDay(null), rowsOfDay("2026-06-01")).map((days): PriceRow[] => days.flat()),
    batchMultiplier: fc.option(factor),
    fastMultiplier: fc.option(factor),
    geoMultipliers: fc.dictionary(fc.constantFrom("us", "global", "eu"), factor, { noNullPrototype: true }),
  })
  .map((change) => ({ models: catalogueOf([{ ...opus, ...change, id: "made-up" }]), id: "made-up" }));

const builtInModel = fc
  .constantFrom(...Object.keys(AVAILABLE_MODELS))
  .map((id) => ({ models: AVAILABLE_MODELS, id }));

type CacheLife = "none" | "5m" | "1h";

const chance = fc.double({ min: 0, max: 1, noNaN: true });

interface Request {
  readonly params: PricedParams;
  readonly promptTokens: number;
  readonly options: UpperBoundOptions;
  readonly cache: CacheLife;
  readonly searches: number;
  readonly model: ModelInfo;
}

/** A request and what is known of it before it is sent. */
const request: fc.Arbitrary<Request> = fc.oneof(builtInModel, madeUpModel).chain(({ id, models }) => {
  const model = models[id] as ModelInfo;
  const region = fc.constantFrom(undefined, "global", ...Object.keys(model.geoMultipliers));
  return fc
    .record({
      promptTokens: fc.oneof(fc.nat(400_000), fc.constantFrom(99_999, 100_000, 100_001, 200_000, 200_001)),
      maxTokens: fc.nat(128_000),
      cache: fc.constantFrom<CacheLife>("none", "5m", "1h"),
      searches: fc.nat(10),
      stream: fc.boolean(),
      geo: region,
      workspaceGeo: region,
      speed: fc.constantFrom(undefined, null, "standard", "fast"),
      batch: fc.boolean(),
      multiplier: fc.oneof(fc.constant(undefined), factor),
      date: fc.constantFrom("2026-03-12", "2026-05-31", "2026-06-01", "2026-10-06", "2026-11-23"),
    })
    .map((made) => ({
      params: {
        model: id,
        max_tokens: made.maxTokens,
        stream: made.stream,
        inference_geo: made.geo,
        speed: made.speed,
        tools: [
          ...(made.searches > 0 ? [{ type: "web_search_20260318", max_uses: made.searches }] : []),
          { name: "look_up", input_schema: {} },
        ],
        system: systemOf(made.cache),
      },
      promptTokens: made.promptTokens,
      options: {
        models,
        date: new Date(`${made.date}T12:00:00Z`),
        batch: made.batch,
        multiplier: made.multiplier,
        geo: made.workspaceGeo,
      },
      cache: made.cache,
      searches: made.searches,
      model,
    }));
});

function systemOf(cache: CacheLife) {
  return cache === "none"
    ? []
    : [{ type: "text", text: "…", cache_control: { type: "ephemeral", ttl: cache } }];
}

/** Every region in which a request may run: the one it names, else the workspace's, else any. */
function regionsOf({ params, options, model }: Request): (string | null)[] {
  const told = params.inference_geo ?? options.geo;
  return told === undefined
    ? [null, "not_available", "global", ...Object.keys(model.geoMultipliers)]
    : [told];
}

/** How many of the kinds of `usageOf` a prompt may be billed as. */
const PROMPT_KINDS = { none: 2, "5m": 3, "1h": 4 } as const;

/** What Anthropic would report of a prompt: uncached, read, written for five minutes, for an hour. */
function usageOf(
  { params, options }: Request,
  [input = 0, read = 0, write5m = 0, write1h = 0]: readonly number[],
  output: number,
  searches: number,
  inference_geo: string | null,
): AnthropicUsage {
  return {
    input_tokens: input,
    cache_read_input_tokens: read,
    cache_creation_input_tokens: write5m + write1h,
    cache_creation: { ephemeral_5m_input_tokens: write5m, ephemeral_1h_input_tokens: write1h },
    output_tokens: output,
    server_tool_use: { web_search_requests: searches, web_fetch_requests: 0 },
    service_tier: options.batch ? "batch" : "standard",
    speed: options.batch ? null : params.speed,
    inference_geo,
  };
}

/** How the call of a request is priced. */
function costOptionsOf({ params, options }: Request): CostOptions {
  const { date, multiplier, models = AVAILABLE_MODELS } = options;
  return { model: params.model, date, multiplier, models };
}

interface Call extends Request {
  readonly usage: AnthropicUsage;
}

/** A request, and any usage that it allows. */
const call: fc.Arbitrary<Call> = request.chain((made) =>
  fc
    .record({
      prompt: fc.nat(made.promptTokens),
      shares: fc.array(chance, { minLength: 3, maxLength: 3 }),
      output: fc.nat(made.params.max_tokens),
      searches: fc.nat(made.searches),
      geo: fc.constantFrom(...regionsOf(made)),
    })
    .map(({ prompt, shares, output, searches, geo }) => {
      const kinds = [prompt, 0, 0, 0];
      for (let kind = 1; kind < PROMPT_KINDS[made.cache]; kind += 1) {
        const part = Math.floor((kinds[0] ?? 0) * (shares[kind - 1] ?? 0));
        kinds[kind] = part;
        kinds[0] = (kinds[0] ?? 0) - part;
      }
      return { ...made, usage: usageOf(made, kinds, output, searches, geo) };
    }),
);

/** An amount that has to be known. */
function exactly(amount: Usd | null): Amount {
  return parseUsd(amount ?? "unknown");
}

function bound({ params, promptTokens, options }: Call): Amount {
  return exactly(upperBound(params, promptTokens, options).amount);
}

describe("the upper bound of a request", () => {
  test("is never below what the call costs, whatever it was allowed to use", () => {
    fc.assert(
      fc.property(call, (made) => {
        const cost = exactly(costOf(made.usage, costOptionsOf(made)).amount);
        expect(cost <= bound(made)).toBe(true);
      }),
      { numRuns: 10_000 },
    );
  });

  test("is what the dearest call costs, to the last digit", () => {
    fc.assert(
      fc.property(call, (made) => {
        expect(dearestCall(made)).toBe(bound(made));
      }),
      { numRuns: 2_000 },
    );
  });

  test("is within a hundredth of an uncached call in the region that is told, when it uses all it may", () => {
    fc.assert(
      fc.property(call, (made) => {
        fc.pre(made.params.model !== "made-up" && made.cache === "none");
        const [geo = null, ...others] = regionsOf(made);
        fc.pre(others.length === 0);
        const { promptTokens, searches, params } = made;
        const usage = usageOf(made, [promptTokens], params.max_tokens, searches, geo);
        const cost = exactly(costOf(usage, costOptionsOf(made)).amount);
        expect((bound(made) - cost) * 100n <= cost).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  /** The cost of the dearest of all calls, found by trying them. */
  function dearestCall(made: Call): Amount {
    const { promptTokens, params, searches, model } = made;
    const sizes = model.prices
      .flatMap(({ promptTokensAbove: edge }) => [edge, edge + 1])
      .filter((size) => size < promptTokens);
    const costs = [promptTokens, ...sizes].flatMap((size) =>
      regionsOf(made).flatMap((geo) =>
        Array.from({ length: PROMPT_KINDS[made.cache] }, (_, kind) => {
          const prompt = [0, 0, 0, 0].with(kind, size);
          const usage = usageOf(made, prompt, params.max_tokens, searches, geo);
          return exactly(costOf(usage, costOptionsOf(made)).amount);
        }),
      ),
    );
    return costs.sort((a, b) => (a < b ? 1 : -1))[0] ?? 0n;
  }
});

describe("the cost of a call", () => {
  test("is the sum of its parts, none of them negative", () => {
    fc.assert(
      fc.property(call, (made) => {
        const { amount, parts } = costOf(made.usage, costOptionsOf(made));
        const exact = Object.values(parts ?? {}).map(exactly);
        expect(exact).toHaveLength(6);
        expect(exact.every((part) => part >= 0n)).toBe(true);
        expect(exact.reduce((sum, part) => sum + part)).toBe(exactly(amount));
      }),
    );
  });

  test("is linear: two calls at one price cost what a call with the tokens of both costs", () => {
    const counts = fc.array(fc.nat(12_000), { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(call, counts, counts, fc.boolean(), (made, some, more, areLong) => {
        const [one, two] = [some, more].map((all) => all.with(2, (all[2] ?? 0) + (areLong ? 1_000_000 : 0)));
        const sum = one?.map((count, kind) => count + (two?.[kind] ?? 0));
        const costs = [one, two, sum].map(([output = 0, searches = 0, ...prompt] = []) => {
          const geo = made.usage.inference_geo ?? null;
          return costOf(usageOf(made, prompt, output, searches, geo), costOptionsOf(made));
        });
        fc.pre(new Set(costs.map(({ price }) => price)).size === 1);
        const [a, b, both] = costs.map(({ amount }) => exactly(amount));
        expect((a ?? 0n) + (b ?? 0n)).toBe(both);
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ["a batch", { batch: true }, 5_000n],
    ["the region", { geo: "us" }, 11_000n],
    ["fast mode", { speed: "fast" }, 20_000n],
  ] as const)("is multiplied by %s as a whole", (_what, modifier, factor) => {
    fc.assert(
      fc.property(call, ({ usage }) => {
        const options = { model: "claude-opus-5-5", date: new Date("2026-11-23") };
        const plain = {
          ...usage,
          server_tool_use: null,
          service_tier: null,
          speed: null,
          inference_geo: null,
        };
        const [one, times] = [options, { ...options, ...modifier }].map(({ ...all }) =>
          exactly(costOf(plain, all).amount),
        );
        expect((times ?? 0n) * 10_000n).toBe((one ?? 0n) * factor);
      }),
    );
  });

  test("is multiplied by what is negotiated as a whole, searches too", () => {
    fc.assert(
      fc.property(call, fc.nat(1_000_000), (made, tenThousandths) => {
        const options = costOptionsOf(made);
        const cost = (multiplier: number) => exactly(costOf(made.usage, { ...options, multiplier }).amount);
        expect(cost(tenThousandths / 10_000) * 10_000n).toBe(cost(1) * BigInt(tenThousandths));
      }),
    );
  });
});
