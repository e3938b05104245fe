import { AVAILABLE_MODELS } from "@ai-config/config-core";
import type { RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages/messages";
import { expect, test } from "vitest";

import { meterEvent, startMeter } from "./answer-meter.ts";
import { callCost } from "./call-cost.ts";

const options = {
  models: AVAILABLE_MODELS,
  date: new Date("2026-11-23T12:00:00Z"),
  model: "claude-sonnet-5-5",
  maxTokens: 100,
  multiplier: undefined,
  reserve: "0.5",
};
const usage = { input_tokens: 10, output_tokens: 1, cache_read_input_tokens: 1_000 };

function after(...events: object[]) {
  const meter = startMeter();
  meter.state = "unseen";
  for (const event of events) meterEvent(meter, event as RawMessageStreamEvent);
  return callCost(meter, options);
}
const start = (more: object = {}, model = "claude-sonnet-5-5") => ({
  type: "message_start",
  message: { model, usage: { ...usage, ...more } },
});
const text = (text: string) => ({ type: "content_block_delta", delta: { type: "text_delta", text } });
const end = (usage: object) => ({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage });

test("a refused request costs nothing, one that nobody saw anything of the most it can", () => {
  expect(callCost(startMeter(), options)).toMatchObject({ amount: "0", basis: "exact" });
  expect(after()).toEqual({ amount: "0.5", basis: "estimated", usage: undefined });
});

test("one that has begun costs its prompt and the output that was seen, up to its limit", () => {
  // 10 tokens at $2, 1,000 from the cache at $0.10, the rest of them written at $10 a million.
  const prompt = 20 + 100;
  expect(after(start())).toMatchObject({ amount: String((prompt + 10) / 1e6), basis: "estimated" });
  expect(after(start(), text("x".repeat(30)))).toMatchObject({ amount: String((prompt + 100) / 1e6) });
  expect(after(start(), text("x".repeat(9_999)))).toMatchObject({ amount: String((prompt + 1_000) / 1e6) });
});

test("a complete one costs what Anthropic reports at its end, what it leaves null as at the beginning", () => {
  const last = { output_tokens: 50, input_tokens: null, cache_read_input_tokens: null };
  expect(after(start(), text("x"), end(last), { type: "message_stop" })).toMatchObject({
    amount: "0.00062",
    basis: "exact",
    usage: { input_tokens: 10, output_tokens: 50, cache_read_input_tokens: 1_000 },
  });
});

test("a model that another answered for is priced as that one; a name that nobody knows as the one that was asked", () => {
  const last = end({ output_tokens: 100 });
  const none = { cache_read_input_tokens: 0, input_tokens: 0 };
  expect(after(start(none, "claude-opus-5-5"), last).amount).toBe("0.002");
  expect(after(start(none, "somebody-elses"), last).amount).toBe("0.001");
});

test("usage in foreign words, or without a price, costs the most it can", () => {
  const foreign = { ...start(), message: { model: "x", usage: { promptTokens: 1 } } };
  expect(after(foreign, end({ output_tokens: 1 }))).toMatchObject({ amount: "0.5", basis: "unknown" });
  const meter = startMeter();
  meterEvent(meter, start({}, "x") as RawMessageStreamEvent);
  const unknown = callCost(meter, { ...options, model: "claude-of-tomorrow" });
  expect(unknown).toMatchObject({ amount: "0.5", basis: "unknown" });
});

test("an answer that was refused at once costs nothing but what came before it", () => {
  const refused = (more: object = {}) =>
    after(start(), {
      type: "message_delta",
      delta: { stop_reason: "refusal" },
      usage: { output_tokens: 0, ...more },
    });
  expect(refused()).toMatchObject({ amount: "0", basis: "exact" });
  const nothing = { type: "message", input_tokens: 10, output_tokens: 0, cache_read_input_tokens: 1_000 };
  expect(refused({ iterations: [nothing] })).toMatchObject({ amount: "0", basis: "exact" });
  const compaction = { type: "compaction", input_tokens: 180_000, output_tokens: 3_500 };
  expect(refused({ iterations: [compaction, nothing] })).toMatchObject({ amount: "0.39512", basis: "exact" });
});

test("what the totals leave out is paid for", () => {
  const compaction = { type: "compaction", input_tokens: 180_000, output_tokens: 3_500 };
  const message = { type: "message", input_tokens: 10, output_tokens: 50, cache_read_input_tokens: 1_000 };
  const last = { output_tokens: 50, iterations: [compaction, message] };
  expect(after(start(), end(last))).toMatchObject({ amount: "0.39562", basis: "exact" });
});
