import { AVAILABLE_MODELS, type MessageParams } from "@ai-config/config-core";
import type { RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages/messages";
import { expect, test } from "vitest";

import { meterEvent, startMeter } from "./answer-meter.ts";
import { type CallCostOptions, callCost } from "./call-cost.ts";

const params: MessageParams = { model: "claude-sonnet-5-5", max_tokens: 100, stream: true };
const options: CallCostOptions = {
  models: AVAILABLE_MODELS,
  date: new Date("2026-11-23T12:00:00Z"),
  params,
  multiplier: undefined,
  elapsedMs: 0,
  reserve: "0.5",
  boundOf: (tokens) => `0.0${tokens}`,
};
const usage = { input_tokens: 10, output_tokens: 1, cache_read_input_tokens: 1_000 };

function after(...events: object[]) {
  return asked({}, ...events);
}
function asked(given: Partial<CallCostOptions>, ...events: object[]) {
  const meter = startMeter(0);
  meter.state = "unseen";
  for (const event of events) meterEvent(meter, event as RawMessageStreamEvent, 0);
  return callCost(meter, { ...options, ...given });
}
const start = (more: object = {}, model = "claude-sonnet-5-5") => ({
  type: "message_start",
  message: { model, usage: { ...usage, ...more } },
});
const text = (text: string) => ({ type: "content_block_delta", delta: { type: "text_delta", text } });
const end = (usage: object) => ({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage });

test("a refused request costs nothing, one that nobody saw anything of what can have been written in the time", () => {
  expect(callCost(startMeter(0), options)).toMatchObject({ amount: "0", basis: "exact" });
  expect(asked({ elapsedMs: 42 })).toEqual({ amount: "0.042", basis: "estimated", usage: undefined });
  expect(asked({ elapsedMs: 4_200 })).toMatchObject({ amount: "0.0100", basis: "estimated" });
});

test("an answer that came without its figures costs the most it can", () => {
  const silent = { type: "message_start", message: { model: params.model } };
  expect(after(silent)).toEqual({ amount: "0.5", basis: "estimated", usage: undefined });
});

const model = "claude-sonnet-4-6";
test.each<[string, Partial<MessageParams>, number]>([
  ["a model that thinks unless it is told", {}, 52],
  ["one that is told to", { model, thinking: { type: "enabled", budget_tokens: 1024 } }, 52],
  ["one that thinks between tools", { thinking: { type: "between_tools" } }, 52],
  ["one that nobody knows", { model: "claude-of-tomorrow" }, 52],
  ["one that is told not to", { model: "claude-sonnet-5", thinking: { type: "disabled" } }, 10],
  ["one that does not think unless it is told", { model }, 10],
])("what %s may have thought meanwhile counts as output", (_, given, outputTokens) => {
  const seen = [start({}, "claude-sonnet-5"), text("x".repeat(30))];
  const broken = asked({ elapsedMs: 42, params: { ...params, ...given } }, ...seen);
  expect(broken).toMatchObject({ basis: "estimated", usage: { output_tokens: outputTokens } });
});

test("thoughts are counted beside what was shown, up to what was asked for", () => {
  const seen = [start(), text("x".repeat(30))];
  const tokens = (elapsedMs: number) => asked({ elapsedMs }, ...seen).usage?.output_tokens;
  expect([0, 10, 11, 100, 3_600_000].map(tokens)).toEqual([10, 20, 21, 100, 100]);
  expect(tokens(-5)).toBe(10);
});

test("nothing was thought while the answer was being shown as it was written", () => {
  const meter = startMeter(0);
  meter.state = "unseen";
  const block = (type: string) => ({ type: "content_block_start", content_block: { type } });
  const events: [number, object][] = [
    [5, start()],
    [5, block("thinking")],
    [20, { type: "content_block_stop" }],
    [25, block("text")],
    [60, text("x".repeat(30))],
    [65, { type: "content_block_stop" }],
    [70, block("text")],
    [80, text("x".repeat(3))],
  ];
  for (const [at, event] of events) meterEvent(meter, event as RawMessageStreamEvent, at);
  // Until 25, from 65 to 70, and 11 that were shown.
  expect(callCost(meter, { ...options, elapsedMs: 80 }).usage).toMatchObject({ output_tokens: 41 });
});

test("what Anthropic's tools did before an answer broke off is billed with the prompts that followed", () => {
  const use = (name: string) => ({
    type: "content_block_start",
    content_block: { type: "server_tool_use", name },
  });
  const result = { type: "web_search_tool_result", content: "x".repeat(298) };
  const searched = [
    start(),
    use("web_search"),
    { type: "content_block_start", content_block: result },
    use("web_search"),
  ];
  expect(asked({ reserve: "9" }, ...searched).usage).toMatchObject({
    // Its own 10, and twice the whole prompt of 1,010 with 100 of results.
    input_tokens: 10 + 2 * 1_110,
    server_tool_use: { web_search_requests: 2 },
  });
  expect(Number(asked({ reserve: "9" }, ...searched).amount)).toBeGreaterThan(0.02);
  // No more than was held back.
  expect(asked({ reserve: "0.015" }, ...searched).amount).toBe("0.015");
});

const blockOf = (content_block: object) => ({ type: "content_block_start", content_block });
const haiku = "claude-haiku-5-5";

test("a model that goes on where another declined reads the prompt again, each at its own price", () => {
  const handOver = blockOf({ type: "fallback", from: { model: params.model }, to: { model: haiku } });
  const broken = asked({}, start(), text("x".repeat(30)), handOver, text("x".repeat(60)));
  const iterations = [
    { type: "message", model: params.model, ...usage, output_tokens: 10 },
    { type: "fallback_message", model: haiku, input_tokens: 1_020, output_tokens: 20 },
  ];
  expect(broken).toMatchObject({
    basis: "estimated",
    usage: { input_tokens: 1_030, output_tokens: 30, iterations },
  });
  // 10 tokens at $2, 1,000 from the cache at $0.20, 10 at $10 a million; then 1,020 at $0.10 and 20 at $0.50.
  expect(broken.amount).toBe(String((20 + 100 + 100 + 102 + 10) / 1e6));
  // One that declined before it had written is not billed.
  expect(asked({}, start(), handOver, text("x".repeat(60))).amount).toBe(String((101 + 10) / 1e6));
});

test.each([undefined, "anthropic/claude-sonnet-5.5"])(
  "a stream that broke off is billed as what was asked for where it calls itself %s",
  (name) => {
    const use = blockOf({ type: "server_tool_use", name: "web_fetch" });
    const begun = { type: "message_start", message: { model: name, usage } };
    expect(asked({}, begun, use, text("x"))).toEqual(asked({}, start(), use, text("x")));
  },
);

test("a whole stream that another model went on with is billed as that one's, also where no iteration says so", () => {
  const handOver = blockOf({ type: "fallback", from: { model: params.model }, to: { model: haiku } });
  const totals = { ...usage, output_tokens: 20 };
  const whole = asked({}, start(), handOver, text("x"), end(totals));
  expect(whole.amount).toBe(
    asked({ params: { ...params, model: haiku } }, start({}, haiku), end(totals)).amount,
  );
});

test("what a model wrote before it declined is its own, also where an iteration does not name it", () => {
  const handOver = blockOf({ type: "fallback", from: { model: params.model }, to: { model: haiku } });
  const counts = { input_tokens: 1_000, output_tokens: 500 };
  const iterations = (model: string | null) => [
    { type: "message", model, ...counts },
    { type: "fallback_message", model: haiku, ...counts },
  ];
  const whole = (model: string | null) =>
    asked(
      {},
      start(),
      handOver,
      end({ input_tokens: 2_000, output_tokens: 1_000, iterations: iterations(model) }),
    );
  const { amount } = whole(params.model);
  expect(whole(null)).toMatchObject({ amount, basis: "estimated" });
});

test("advice is billed at the price of who gives it, from the moment it is asked for", () => {
  const ask = blockOf({ type: "server_tool_use", name: "advisor" });
  const advice = blockOf({ type: "advisor_tool_result", content: "x".repeat(298) });
  const from = { ...params, model: haiku };
  const plain = { input_tokens: 1_000, cache_read_input_tokens: 0, output_tokens: 1 };
  const broken = (...more: object[]) =>
    asked({ params: from, advisor: "claude-opus-5-5" }, start(plain, haiku), ...more);
  // Two prompts at $0.10 a million and one at $4, then 100 tokens of advice at $20, and read.
  expect(broken(ask).amount).toBe(String((200 + 4_000) / 1e6));
  expect(broken(ask, advice).amount).toBe(String((200 + 10 + 4_000 + 2_000) / 1e6));
});

test("speed and region that the answer does not tell are those that were sent, and that is an estimate", () => {
  const fast: MessageParams = { ...params, model: "claude-opus-5-5", speed: "fast", inference_geo: "us" };
  const answered = (told: object) => {
    const plain = { cache_read_input_tokens: 0, input_tokens: 0, ...told };
    return asked({ params: fast }, start(plain, fast.model), end({ output_tokens: 100 }));
  };
  // 100 tokens at $20 a million, twice that for their speed, and a tenth more for the region.
  expect(answered({})).toMatchObject({ amount: "0.0044", basis: "estimated" });
  expect(answered({ speed: "standard" })).toMatchObject({ amount: "0.0022", basis: "estimated" });
  expect(answered({ speed: null, inference_geo: "global" })).toMatchObject({
    amount: "0.004",
    basis: "estimated",
  });
  expect(answered({ speed: "standard", inference_geo: "global" })).toMatchObject({
    amount: "0.002",
    basis: "exact",
  });
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
  const unknown = asked({ params: { ...params, model: "claude-of-tomorrow" } }, start({}, "x"));
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
