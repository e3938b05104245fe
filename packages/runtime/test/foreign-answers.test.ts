import { sumUsd } from "@ai-config/config-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { GovernedClaude } from "../src/index.ts";
import { ask, type GovernedTest, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
beforeAll(async () => {
  governed = await startGoverned();
});
afterAll(() => governed[Symbol.asyncDispose]());

const settings = {
  model: { model: "claude-sonnet-5-5", maxTokens: 100 },
  retryStrategy: { maxRetries: 0 },
  rateLimiting: { concurrentRequests: 1, requestsPerMinute: 100_000, burstAllowance: 1_000 },
};
const key = "sk-ant-api03-abcdefghijklmnopqrstuvwxyz";
const usage = { input_tokens: 10, output_tokens: 20 };
const message = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-5-5",
  content: [{ type: "text", text: "Hello" }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage,
};
const start = (more: object = {}) => ({
  type: "message_start",
  message: { ...message, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 }, ...more },
});
const block = { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } };
const text = { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hello" } };
const over = { type: "content_block_stop", index: 0 };
const last = {
  type: "message_delta",
  delta: { stop_reason: "end_turn", stop_sequence: null },
  usage: { output_tokens: 20 },
};
const stop = { type: "message_stop" };

/** Whoever stands between us and Anthropic, answering as it likes. */
function answering(status: number, type: string, body: string): GovernedClaude {
  const fetch = async () => new Response(body, { status, headers: { "content-type": type } });
  return governed.restart({ service: Object.create(governed.ctx, { fetch: { value: fetch } }) });
}
const whole = (body: unknown, status = 200) => answering(status, "application/json", JSON.stringify(body));
const pieces = (events: readonly object[]) =>
  answering(
    200,
    "text/event-stream",
    events
      .map((event) => `event: ${"type" in event && event.type}\ndata: ${JSON.stringify(event)}\n\n`)
      .join(""),
  );

/** The only entry of an account of which nothing is held any more. */
async function entryOf(userId: string) {
  const entries = governed.ledger.filter((entry) => entry.userId === userId);
  const spent = sumUsd(entries.map(({ cost }) => cost));
  expect(await governed.figures(userId)).toEqual(Array(3).fill({ spent, reserved: "0" }));
  expect(entries).toHaveLength(1);
  expect((await governed.restart().forUser(userId).messages.create(ask)).governed.outcome).toBe("success");
  return entries[0];
}

test.each<[string, object, object]>([
  ["a model that is no text", { model: {} }, { modelServed: null, costBasis: "estimated" }],
  ["a reason that is no text", { stop_reason: ["x"] }, { stopReason: null, cost: "0.00022" }],
  ["usage that is nothing", { usage: null }, { costBasis: "estimated", inputTokens: 0 }],
  ["more tokens than there are", { usage: { ...usage, input_tokens: 2 ** 31 } }, { costBasis: "unknown" }],
  ["a model that nobody knows", { model: "claude-of-tomorrow" }, { cost: "0.00022", costBasis: "estimated" }],
  [
    "a key in its words",
    { model: key, stop_reason: key },
    { modelServed: "[secret]", stopReason: "[secret]" },
  ],
  ["half a character", { stop_reason: "\ud800 x" }, { stopReason: "\ufffd x" }],
  [
    "a character that its cut halves",
    { stop_reason: `x${"😀".repeat(100)}` },
    { stopReason: `x${"😀".repeat(99)}\ufffd` },
  ],
  [
    "writes to a cache that are told by their lifetime alone",
    {
      usage: { ...usage, cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 50 } },
    },
    { cost: "0.00067", costBasis: "estimated", cacheWrite5mTokens: 100, cacheWrite1hTokens: 50 },
  ],
])("an answer with %s is booked as far as it is understood", async (_, more, expected) => {
  const userId = await governed.makeUser({ settings });
  const answer = await whole({ ...message, ...more })
    .forUser(userId)
    .messages.create(ask);
  expect(answer.governed).toMatchObject({ outcome: "success" });
  expect(await entryOf(userId)).toMatchObject(expected);
});

test("a stream that another model goes on with is booked as that one's, each at its own price", async () => {
  const userId = await governed.makeUser({ settings });
  const [asked, fallback] = ["claude-sonnet-5-5", "claude-haiku-5-5"];
  const handOver = { type: "fallback", from: { model: asked }, to: { model: fallback }, trigger: null };
  const iterations = [
    { type: "message", model: asked, input_tokens: 10, output_tokens: 5 },
    { type: "fallback_message", model: fallback, input_tokens: 10, output_tokens: 20 },
  ];
  const events = [
    start(),
    { type: "content_block_start", index: 0, content_block: handOver },
    over,
    { ...block, index: 1 },
    { ...text, index: 1 },
    { ...over, index: 1 },
    { ...last, usage: { ...usage, iterations } },
    stop,
  ];
  const stream = await pieces(events)
    .forUser(userId)
    .messages.create({ ...ask, stream: true });
  for await (const _ of stream);
  expect((await stream.governed).model).toBe(fallback);
  // 10 and 5 tokens at $2 and $10 a million, 10 and 20 at $0.10 and $0.50.
  expect(await entryOf(userId)).toMatchObject({
    modelAsked: asked,
    modelServed: fallback,
    cost: "0.000081",
    costBasis: "exact",
  });
});

const zero = { input_tokens: 0, output_tokens: 0 };

test.each<[string, object, object]>([
  ["no usage", { usage: undefined }, { usage: zero }],
  ["usage that is nothing", { usage: null }, { usage: zero }],
  ["usage that is a list", { usage: [] }, { usage: zero }],
  ["a negative count", { usage: { ...usage, input_tokens: -5 } }, { usage: { ...usage, input_tokens: 0 } }],
  ["counts that are text", { usage: { input_tokens: "5", output_tokens: "5" } }, { usage: zero }],
  ["half a token", { usage: { ...usage, output_tokens: 1.5 } }, { usage: { ...usage, output_tokens: 0 } }],
  [
    "counts of other things that are none",
    {
      usage: {
        ...usage,
        cache_read_input_tokens: -1,
        cache_creation_input_tokens: "many",
        cache_creation: 5,
        server_tool_use: { web_search_requests: -1, web_fetch_requests: 2 },
      },
    },
    {
      usage: {
        ...usage,
        cache_read_input_tokens: null,
        cache_creation_input_tokens: null,
        cache_creation: null,
        server_tool_use: { web_search_requests: 0, web_fetch_requests: 2 },
      },
    },
  ],
  ["no model", { model: undefined }, { model: "claude-sonnet-5-5", usage }],
  ["a reason that is no text", { stop_reason: ["x"] }, { stop_reason: null, usage }],
])("an answer with %s is handed on in the shape that its type has", async (_, more, expected) => {
  const [userId, collector] = [await governed.makeUser({ settings }), await governed.makeUser({ settings })];
  const answer = await whole({ ...message, ...more })
    .forUser(userId)
    .messages.create(ask);
  expect(answer).toMatchObject({ content: message.content, ...expected });
  await entryOf(userId);
  const collected = await pieces([start(more), block, text, over, last, stop])
    .forUser(collector)
    .messages.create({ ...ask, max_tokens: 4096 })
    .catch((error: unknown) => error);
  // Where the beginning has no usage at all the SDK puts no message together.
  if (collected instanceof Error) expect(collected).toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
  else {
    const counts = Object.values((collected as typeof answer).usage);
    expect(counts.every((count) => typeof count === "object" || count >= 0)).toBe(true);
  }
});

test.each<[string, object]>([
  ["no content", { content: undefined }],
  ["content that is nothing", { content: null }],
  ["content that is text", { content: "Hello" }],
  ["a block of nothing", { content: [null] }],
  ["a block without a type", { content: [{ text: "Hello" }] }],
])("an answer with %s is none, and is paid for", async (_, more) => {
  const [userId, reader] = [await governed.makeUser({ settings }), await governed.makeUser({ settings })];
  const failure = { code: "PROVIDER_UNAVAILABLE" };
  const answer = whole({ ...message, ...more })
    .forUser(userId)
    .messages.create(ask);
  await expect(answer).rejects.toMatchObject(failure);
  expect(await entryOf(userId)).toMatchObject({ outcome: "error", cost: "0.00022", costBasis: "exact" });
  const stream = pieces([start({ ...more }), block, text, over, last, stop])
    .forUser(reader)
    .messages.stream(ask);
  await expect(stream.done()).rejects.toMatchObject(failure);
});

test("what Anthropic refuses before a word is written costs nothing, and afterwards what it reports", async () => {
  const refused = { ...message, stop_reason: "refusal", content: [] };
  const [before, after] = [await governed.makeUser({ settings }), await governed.makeUser({ settings })];
  await whole({ ...refused, usage: { ...usage, output_tokens: 0 } })
    .forUser(before)
    .messages.create(ask);
  await whole(refused).forUser(after).messages.create(ask);
  expect(await entryOf(before)).toMatchObject({ cost: "0", costBasis: "exact", inputTokens: 10 });
  expect(await entryOf(after)).toMatchObject({ cost: "0.00022", costBasis: "exact" });
});

test.each<[string, readonly object[]]>([
  ["without a message at its start", [{ type: "message_start" }, block, text, over, last, stop]],
  ["without a start", [block, text, over, last, stop]],
  ["of an end alone", [stop]],
  ["with a block of nothing", [start(), { ...block, content_block: null }, text, over, last, stop]],
  ["with a piece of nothing", [start(), block, { ...text, delta: null }, over, last, stop]],
  ["with an end of nothing", [start(), block, text, over, { ...last, usage: null }, stop]],
  ["with usage of nothing that breaks off", [start({ usage: null }), block, text]],
  ["with an error of no known kind", [start(), block, { type: "error", error: { type: "constructor" } }]],
])("a stream %s fails as an answer that is none, and is settled", async (_, events) => {
  const [reader, helper, collector] = [
    await governed.makeUser({ settings }),
    await governed.makeUser({ settings }),
    await governed.makeUser({ settings }),
  ];
  const claude = pieces(events);
  const failure = { code: "PROVIDER_UNAVAILABLE" };
  const reading = (async () => {
    const stream = await claude.forUser(reader).messages.create({ ...ask, stream: true });
    for await (const event of stream) void event;
  })();
  await expect(reading).rejects.toMatchObject(failure);
  await expect(claude.forUser(helper).messages.stream(ask).done()).rejects.toMatchObject(failure);
  const collected = claude.forUser(collector).messages.create({ ...ask, max_tokens: 4096 });
  await expect(collected).rejects.toMatchObject(failure);
  for (const userId of [reader, helper, collector]) {
    expect(await entryOf(userId)).toMatchObject({ outcome: "error", costBasis: "estimated" });
  }
});

test("an answer whose last figures never came is estimated by what was read", async () => {
  const userId = await governed.makeUser({ settings });
  const long = { ...text, delta: { type: "text_delta", text: "x".repeat(60) } };
  const stream = await pieces([start(), block, long, over, stop])
    .forUser(userId)
    .messages.create({ ...ask, stream: true });
  for await (const event of stream) void event;
  expect(await entryOf(userId)).toMatchObject({
    outcome: "success",
    outputTokens: 20,
    cost: "0.00022",
    costBasis: "estimated",
  });
});

test.each<[string, unknown]>([
  ["objects", { error: { type: {}, message: {}, details: { error_code: {} } } }],
  ["nothing", { error: null }],
  ["a list", []],
  ["keys", { error: { type: key, message: `No: ${key}`, details: { error_code: key } } }],
])("a refusal of %s is told without them", async (_, body) => {
  const userId = await governed.makeUser({ settings });
  const error = await whole(body, 400)
    .forUser(userId)
    .messages.create(ask)
    .catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: "PROVIDER_REQUEST_REFUSED", details: { kind: "invalid_request" } });
  expect(JSON.stringify(error) + (error as Error).message).not.toContain(key);
  const entry = await entryOf(userId);
  expect(entry).toMatchObject({ outcome: "error", httpStatus: 400, cost: "0" });
  expect(JSON.stringify(entry)).not.toContain(key);
});
