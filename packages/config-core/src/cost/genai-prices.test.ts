import { calcPrice } from "@pydantic/genai-prices";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { AVAILABLE_MODELS, type CostPart, costOf } from "../index.ts";

/** Models that the other price list does not have. It begins to be compared when one is taken off here. */
const UNKNOWN_TO_THEM = [
  "claude-fable-5-2",
  "claude-mythos-5-2",
  "claude-mythos-5-1",
  "claude-mythos-5",
  "claude-haiku-5-5",
];

interface Difference {
  readonly model: string;
  readonly part: CostPart;
  /** First day of the difference. */
  readonly from: string;
  /** What they take for one token or one search, in USD. */
  readonly theirs: number;
  readonly why: string;
}

/** Where the two differ, and why ours stands. Everything else has to agree. */
const DIFFERENCES: readonly Difference[] = [
  {
    model: "claude-sonnet-5-5",
    part: "cacheRead",
    from: "2026-10-07",
    theirs: 0.2e-6,
    why: "they take it for Claude Sonnet 5, whose name it begins with, and miss that its cache reads became cheaper",
  },
  {
    model: "claude-3-opus-20240229",
    part: "serverTools",
    from: "",
    theirs: 0,
    why: "they price no search of a model that could not search; we price what a usage reports",
  },
  {
    model: "claude-3-haiku-20240307",
    part: "serverTools",
    from: "",
    theirs: 0,
    why: "they price no search of a model that could not search; we price what a usage reports",
  },
];

/** Days on both sides of every change of a price that either of the two knows. */
const DAYS = [
  "2025-12-01",
  "2026-03-12T23:59:59.999Z",
  "2026-03-13",
  "2026-10-06T23:59:59.999Z",
  "2026-10-07",
  "2026-11-23",
];

const used = fc
  .record({
    // Any length of a prompt, and those around the edges of the price tiers.
    prompt: fc.oneof(
      fc.nat(1_000_000),
      fc.integer({ min: 199_998, max: 200_002 }),
      fc.integer({ min: 99_998, max: 100_002 }),
    ),
    shares: fc.tuple(fc.nat(100), fc.nat(100), fc.nat(100)),
    output: fc.nat(128_000),
    searches: fc.nat(20),
    day: fc.constantFrom(...DAYS),
  })
  .map(({ prompt, shares, ...rest }) => {
    const [read = 0, write5m = 0, write1h = 0] = shares.map((share) => Math.floor((prompt * share) / 300));
    return { ...rest, prompt, read, write5m, write1h };
  });
type Used = typeof used extends fc.Arbitrary<infer T> ? T : never;

/** In their words the writes of an hour are part of all writes, and those and the reads part of the input. */
function theirs(model: string, { prompt, read, write5m, write1h, output, searches, day }: Used) {
  const usage = {
    input_tokens: prompt,
    cache_read_tokens: read,
    cache_write_tokens: write5m + write1h,
    cache_write_1h_tokens: write1h,
    output_tokens: output,
    web_searches: searches,
  };
  return calcPrice(usage, model, { providerId: "anthropic", timestamp: new Date(day) })?.total_price;
}

function ours(model: string, { prompt, read, write5m, write1h, output, searches, day }: Used) {
  const usage = {
    input_tokens: prompt - read - write5m - write1h,
    cache_read_input_tokens: read,
    cache_creation_input_tokens: write5m + write1h,
    cache_creation: { ephemeral_5m_input_tokens: write5m, ephemeral_1h_input_tokens: write1h },
    output_tokens: output,
    server_tool_use: { web_search_requests: searches, web_fetch_requests: 0 },
  };
  const { parts } = costOf(usage, { model, date: new Date(day) });
  return Object.entries(parts ?? {}) as [CostPart, string][];
}

/** Our cost, with what is known to differ at their price. */
function expected(model: string, of: Used): number {
  const counts: Partial<Record<CostPart, number>> = { cacheRead: of.read, serverTools: of.searches };
  let sum = 0;
  for (const [part, amount] of ours(model, of)) {
    const known = DIFFERENCES.find(
      (difference) => difference.model === model && difference.part === part && of.day >= difference.from,
    );
    sum += known ? known.theirs * (counts[part] ?? Number.NaN) : Number(amount);
  }
  return sum;
}

const ONE: Used = { prompt: 3, read: 1, write5m: 1, write1h: 1, output: 1, searches: 1, day: "2026-11-23" };

test("they know every model that we know, but those that are named", () => {
  const unknown = Object.keys(AVAILABLE_MODELS).filter((id) => theirs(id, ONE) === undefined);
  expect(unknown).toEqual(expect.arrayContaining(UNKNOWN_TO_THEM));
  expect(unknown).toHaveLength(UNKNOWN_TO_THEM.length);
});

const common = Object.keys(AVAILABLE_MODELS).filter((id) => !UNKNOWN_TO_THEM.includes(id));

test.each(common)(
  "%s costs what an independent price list says, whatever was used on whatever day",
  (model) => {
    fc.assert(
      fc.property(used, (of) => {
        const [a, b] = [expected(model, of), theirs(model, of) ?? Number.NaN];
        // Both sums are made in floating point here.
        expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-12 * b);
      }),
      { numRuns: 500 },
    );
  },
);

describe("a difference is still there", () => {
  test.each(DIFFERENCES)("in $part of $model: $why", ({ model, part, theirs: price }) => {
    const [, amount] = ours(model, ONE).find(([name]) => name === part) ?? [];
    expect(Number(amount)).not.toBe(price);
  });
});
