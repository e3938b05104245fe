import { expect, test } from "vitest";

import { extrasOf } from "../request/extras.ts";
import type { GovernedParams } from "../request/governed-params.ts";
import { promptSize } from "../request/prompt-size.ts";
import { seenWithin } from "./seen-within.ts";

const model = "claude-fable-5-1";
const params = {
  messages: [{ role: "user", content: "Hello" }],
  tools: [
    { type: "web_search_20250305", name: "web_search", max_uses: 2 },
    { type: "advisor_20260301", name: "advisor", model, max_uses: 3, max_tokens: 2_000 },
  ],
  fallbacks: [{ model, max_tokens: 64_000 }, { model: "claude-haiku-5-5" }],
} as unknown as GovernedParams;

function seenAfter(elapsedMs: number, outputTokens = elapsedMs) {
  const size = promptSize(params);
  const seen = seenWithin({ params, size, extras: extrasOf(params, size) }, { elapsedMs, outputTokens });
  const { tools, firstMax, tokensMax } = seen.size;
  expect([firstMax, tokensMax]).toEqual([size.firstMax, size.firstMax]);
  return {
    searches: (seen.params.tools?.[0] as { max_uses?: number } | undefined)?.max_uses,
    samplings: tools?.samplings,
    advices: tools?.advisors.map(({ uses }) => uses),
    fallbacks: seen.extras.fallbacks.map(({ maxTokens }) => maxTokens),
  };
}

test.each([
  [-5, { searches: 0, samplings: 1, advices: [0], fallbacks: [] }],
  [999, { searches: 0, samplings: 1, advices: [0], fallbacks: [] }],
  [1_000, { searches: 1, samplings: 2, advices: [1], fallbacks: [1_000] }],
  [2_500, { searches: 2, samplings: 3, advices: [2], fallbacks: [2_500, 2_500] }],
  [3_600_000, { searches: 2, samplings: 6, advices: [3], fallbacks: [64_000, 3_600_000] }],
])("within %d ms there was time for so much", (elapsedMs, expected) => {
  expect(seenAfter(elapsedMs)).toEqual(expected);
});

test("what is no tool does not keep a call from being booked", () => {
  const odd = { ...params, tools: [null, "x", 5] } as unknown as GovernedParams;
  const size = promptSize(odd);
  const seen = seenWithin(
    { params: odd, size, extras: extrasOf(odd, size) },
    { elapsedMs: 5, outputTokens: 5 },
  );
  expect(seen.params.tools).toEqual([null, "x", 5]);
});
