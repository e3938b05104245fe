import { calcPrice } from "@pydantic/genai-prices";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { AVAILABLE_MODELS, costOf } from "../index.ts";

/** Prices that somebody else collected and computes with. Their data is of this day. */
const DATE = new Date("2026-11-23T12:00:00Z");

/** Where the two differ, and why ours stands. Everything else has to agree, and these have to differ. */
const EXPLAINED: Readonly<Record<string, string>> = {
  "claude-sonnet-5-5":
    "They take it for Claude Sonnet 5, whose name it begins with, and know no cheaper cache reads.",
};

const counts = fc.record({
  input: fc.integer({ min: 0, max: 400_000 }),
  cacheRead: fc.integer({ min: 0, max: 300_000 }),
  cacheWrite: fc.integer({ min: 0, max: 200_000 }),
  output: fc.integer({ min: 0, max: 128_000 }),
});
type Counts = typeof counts extends fc.Arbitrary<infer T> ? T : never;

function theirs(model: string, { input, cacheRead, cacheWrite, output }: Counts): number | undefined {
  const usage = {
    input_tokens: input + cacheRead + cacheWrite,
    cache_read_tokens: cacheRead,
    cache_write_tokens: cacheWrite,
    output_tokens: output,
  };
  return calcPrice(usage, model, { providerId: "anthropic", timestamp: DATE })?.total_price;
}

function ours(model: string, { input, cacheRead, cacheWrite, output }: Counts): number {
  const usage = {
    input_tokens: input,
    cache_read_input_tokens: cacheRead,
    cache_creation_input_tokens: cacheWrite,
    output_tokens: output,
  };
  return Number(costOf(usage, { model, date: DATE, geo: "global" }).amount);
}

const known = Object.keys(AVAILABLE_MODELS).filter(
  (id) => theirs(id, { input: 1, cacheRead: 0, cacheWrite: 0, output: 1 }) !== undefined,
);

test("the two know enough models in common for a comparison to mean something", () => {
  expect(known.length).toBeGreaterThan(12);
});

describe.each(known.filter((id) => !(id in EXPLAINED)))("%s", (model) => {
  test("costs what an independent price list says, whatever was used", () => {
    fc.assert(
      fc.property(counts, (used) => {
        const [a, b] = [ours(model, used), theirs(model, used) ?? Number.NaN];
        // They compute in floating point.
        expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-9 * Math.max(1, b));
      }),
      { numRuns: 200 },
    );
  });
});

test.each(Object.entries(EXPLAINED))("%s still differs. %s", (model) => {
  const differs = fc
    .sample(counts, 50)
    .some((used) => Math.abs(ours(model, used) - (theirs(model, used) ?? 0)) > 1e-6);
  expect(differs).toBe(true);
});
