import { describe, expect, test } from "vitest";

import { type AnthropicUsage, costOf } from "../index.ts";

/** 4 USD a million tokens of the prompt, 20 of the answer, 0.20 from the cache. */
const opus = { model: "claude-opus-5-5", date: new Date("2026-11-23T12:00:00Z") };
const totals = { input_tokens: 23_000, output_tokens: 1_000 };
const message = { type: "message", ...totals };
const compaction = { type: "compaction", input_tokens: 180_000, output_tokens: 3_500 };

function priced(iterations: unknown, change: object = {}) {
  return costOf({ ...totals, ...change, iterations } as AnthropicUsage, opus);
}

describe("what the totals leave out is billed as well", () => {
  test("a compaction, at the price of the model that wrote it", () => {
    // 203,000 at 4 and 4,500 at 20 USD a million.
    const cost = priced([compaction, message]);
    expect(cost).toMatchObject({ amount: "0.902", basis: "exact" });
    expect(cost.parts).toMatchObject({ input: "0.812", output: "0.09" });
    expect(cost.formatted).toBe("$0.902");
  });

  test("an advisor, at the price of its own model", () => {
    // Claude Fable 5: 10,000 at 10, 700 at 50 USD a million.
    const advice = {
      type: "advisor_message",
      model: "claude-fable-5",
      input_tokens: 10_000,
      output_tokens: 700,
    };
    expect(priced([message, advice])).toMatchObject({ amount: "0.247", basis: "exact" });
    expect(priced([message, advice], { speed: "fast" }).basis).toBe("estimated");
  });

  test("a model that answered before another one did", () => {
    const declined = { type: "message", model: "claude-fable-5", input_tokens: 23_000, output_tokens: 100 };
    const answer = { type: "fallback_message", model: "claude-opus-5-5", ...totals };
    // 0.112 for the answer, 0.235 for what was declined.
    expect(priced([declined, answer])).toMatchObject({ amount: "0.347", basis: "exact" });
  });

  test("but not one that declined before it wrote anything, as the API's own example has it", () => {
    const declined = { type: "message", model: "claude-fable-5", input_tokens: 535, output_tokens: 0 };
    const answer = { type: "fallback_message", model: "claude-opus-5-5", ...totals };
    expect(priced([declined, answer])).toMatchObject({ amount: "0.112", basis: "exact" });
    expect(priced([{ ...message, output_tokens: 1 }, answer]).basis).toBe("estimated");
  });

  test("with what it wrote to and read from the cache", () => {
    const cached = { ...compaction, cache_read_input_tokens: 100_000, cache_creation_input_tokens: 0 };
    expect(priced([cached, message]).amount).toBe("0.922");
  });
});

test("iterations of the model alone are the totals once more", () => {
  const parts = [
    { type: "message", input_tokens: 3_000, output_tokens: 400 },
    { type: "message", model: "claude-opus-5-5", input_tokens: 20_000, output_tokens: 600 },
  ];
  expect(priced(parts)).toMatchObject({ amount: "0.112", basis: "exact" });
  for (const none of [null, undefined, []])
    expect(priced(none)).toMatchObject({ amount: "0.112", basis: "exact" });
});

test("a model without a price makes the whole cost unknown", () => {
  const advice = { type: "advisor_message", model: "claude-99", input_tokens: 1, output_tokens: 1 };
  expect(priced([message, advice])).toMatchObject({ amount: null, basis: "unknown" });
});

describe("the cost is estimated, and no less than what can be read says", () => {
  test.each([
    [
      "of a kind that nobody knows",
      [message, { type: "new", input_tokens: 1_000, output_tokens: 0 }],
      "0.116",
    ],
    ["that cannot be read", [message, { type: "compaction", input_tokens: "1" }, compaction], "0.902"],
    ["that is nothing", [message, null], "0.112"],
    ["that leave out what the totals count", [compaction], "0.902"],
    ["that tell of less than the totals", [{ ...compaction, input_tokens: 10, output_tokens: 1 }], "0.11206"],
  ])("for iterations %s", (_what, iterations, amount) => {
    expect(priced(iterations)).toMatchObject({ amount, basis: "estimated" });
  });
});
