import { sumUsd } from "@ai-config/config-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { AdmissionStore } from "../src/index.ts";
import { failures, type Step } from "../testing/index.ts";
import { ask, type GovernedTest, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
beforeAll(async () => {
  governed = await startGoverned();
});
afterAll(() => governed[Symbol.asyncDispose]());

const settings = {
  model: { model: "claude-sonnet-5-5", maxTokens: 100 },
  rateLimiting: { concurrentRequests: 1, requestsPerMinute: 100_000, burstAllowance: 1_000 },
};
const usage = { inputTokens: 10, outputTokens: 20 };
const text = "Here I am, at last.";
const COST = "0.00022";
/** 10 tokens of prompt at $2 a million, and one token of output or as many as its text shows at $10. */
const begun = (outputTokens: number) => String((20 + 10 * outputTokens) / 1e6);

async function spentBy(userId: string) {
  const [daily] = await governed.figures(userId);
  const entries = governed.ledger.filter((entry) => entry.userId === userId);
  expect(daily).toEqual({ spent: sumUsd(entries.map(({ cost }) => cost)), reserved: "0" });
  return entries;
}

test.each<[string, Step, string, string]>([
  ["an error inside", { usage, text, ...failures.brokenStream(1) }, "overloaded", begun(3)],
  ["a reset", { usage, text, ...failures.resetStream(1) }, "connection", begun(3)],
  ["broken JSON", { usage, text, ...failures.malformedJson() }, "malformed_answer", begun(1)],
])(
  "an answer that breaks by %s is asked for again while nobody has seen it, and both are paid for",
  async (_, step, failure, cost) => {
    const userId = await governed.makeUser({ settings });
    governed.server.script(step, { usage, text });
    const { messages } = governed.claude.forUser(userId);
    const message = await messages.create({ ...ask, max_tokens: 4096 });
    expect(message.content).toMatchObject([{ text }]);
    expect(message.governed.attempts).toMatchObject([{ failure }, { failure: null }]);
    expect(await spentBy(userId)).toMatchObject([
      { outcome: "error", attempts: 1, cost, costBasis: "estimated", inputTokens: 10 },
      { outcome: "success", attempts: 1, cost: COST, costBasis: "exact" },
    ]);
  },
);

test("an answer in one piece that breaks costs what can have been written in its time, since nobody saw what it was", async () => {
  const userId = await governed.makeUser({ settings });
  governed.server.script(failures.malformedJson(), failures.resetStream(), { usage, text });
  const fetch: typeof globalThis.fetch = async (url, init) => {
    const response = await governed.ctx.fetch(url, init);
    governed.clock.advance(60);
    return response;
  };
  const { messages } = governed.restart({ service: { ...governed.ctx, fetch } }).forUser(userId);
  const message = await messages.create(ask);
  const [first, second, third] = await spentBy(userId);
  expect(message.governed.attempts).toMatchObject([
    { failure: "malformed_answer" },
    { failure: "connection" },
    { failure: null },
  ]);
  expect(first).toMatchObject({ outcome: "error", costBasis: "estimated", errorType: "malformed_answer" });
  // 64 tokens of prompt at most at $2 a million and 60 written at $10, a tenth more for a region that may be.
  expect(first?.cost).toBe("0.0008008");
  expect(second?.cost).toBe(first?.cost);
  expect(third).toMatchObject({ outcome: "success", cost: COST });
});

test("a request after a paid one is admitted by itself: where the budget has no room it is not sent", async () => {
  const costBudget = { dailyBudget: 0.05 };
  const userId = await governed.makeUser({ settings: { ...settings, costBudget } });
  const before = governed.sent().length;
  const dear = { inputTokens: 5_000, outputTokens: 20 };
  governed.server.script({ usage: dear, text, ...failures.brokenStream(1) });
  const { messages } = governed.claude.forUser(userId);
  const error = await messages.create({ ...ask, max_tokens: 4096 }).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: "PROVIDER_UNAVAILABLE", details: { kind: "overloaded" } });
  expect(governed.sent()).toHaveLength(before + 1);
  await messages.create(ask);
  expect(await spentBy(userId)).toMatchObject([{ inputTokens: 5_000 }, { outcome: "success" }]);
});

test.each<[string, Step, string]>([
  ["an error inside", failures.brokenStream(1), "overloaded"],
  ["a reset", failures.resetStream(1), "connection"],
  ["broken JSON", failures.malformedJson(), "malformed_answer"],
])("a stream that has begun and breaks by %s is not begun again", async (_, step, kind) => {
  const userId = await governed.makeUser({ settings });
  const before = governed.sent().length;
  governed.server.script({ usage, text, ...step });
  const stream = await governed.claude.forUser(userId).messages.create({ ...ask, stream: true });
  const seen: string[] = [];
  const reading = (async () => {
    for await (const { type } of stream) seen.push(type);
  })();
  await expect(reading).rejects.toMatchObject({ code: "PROVIDER_UNAVAILABLE", details: { kind } });
  expect(seen.slice(0, 2)).toEqual(["message_start", "content_block_start"]);
  expect(governed.sent()).toHaveLength(before + 1);
  expect(await stream.governed).toMatchObject({ outcome: "error", cost: { basis: "estimated" } });
  expect(await spentBy(userId)).toMatchObject([{ outcome: "error", isStream: true, inputTokens: 10 }]);
});

test("the stream helper fails in our words, and a stream that fails before its first piece is begun again", async () => {
  const userId = await governed.makeUser({ settings });
  const { messages } = governed.claude.forUser(userId);
  governed.server.script({ usage, text, ...failures.brokenStream(1) });
  const broken = messages.stream(ask);
  await expect(broken.finalText()).rejects.toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
  expect(await broken.governed).toMatchObject({ outcome: "error" });
  governed.server.script({ breakAfter: { chunks: -1, with: "reset" } }, failures.overloaded(), {
    usage,
    text,
  });
  const helper = messages.stream(ask);
  expect(await helper.finalText()).toBe(text);
  expect((await helper.governed).attempts).toHaveLength(3);
});

test("a reader who leaves pays for what was seen", async () => {
  const userId = await governed.makeUser({ settings });
  governed.server.script({ usage, text: "x".repeat(60), chunks: 20, chunkDelayMs: 20 });
  const stream = await governed.claude.forUser(userId).messages.create({ ...ask, stream: true });
  let pieces = 0;
  for await (const { type } of stream) if (type === "content_block_delta" && ++pieces === 6) break;
  expect(await stream.governed).toMatchObject({
    outcome: "aborted",
    cost: { amount: begun(6), basis: "estimated" },
  });
  expect(await spentBy(userId)).toMatchObject([{ outcome: "aborted", outputTokens: 6 }]);
  await expect.poll(() => governed.sent().at(-1)?.aborted).toBe(true);
});

test("a stream that is given up without being read is settled all the same", async () => {
  const userId = await governed.makeUser({ settings });
  const slow: Step = { usage, text, chunks: 20, chunkDelayMs: 1_000 };
  governed.server.script(slow, slow);
  const first = await governed.claude.forUser(userId).messages.create({ ...ask, stream: true });
  first.controller.abort();
  expect(await first.governed).toMatchObject({ outcome: "aborted" });

  const leaving = new AbortController();
  const { messages } = governed.claude.forUser(userId);
  const second = await messages.create({ ...ask, stream: true }, { signal: leaving.signal });
  leaving.abort();
  expect(await second.governed).toMatchObject({ outcome: "aborted" });
  expect(await spentBy(userId)).toMatchObject([{ outcome: "aborted" }, { outcome: "aborted" }]);
});

test.each([
  [{ generationTimeout: 300 }, "generation_timeout"],
  [{ generationTimeout: 300, totalRequestTimeout: 300, connectionTimeout: 300 }, "total_timeout"],
])("a stream that nobody reads ends by its timeout %j, and is told as that", async (timeouts, errorType) => {
  const userId = await governed.makeUser({ settings: { ...settings, timeouts } });
  governed.server.script({ usage, text, chunks: 2, chunkDelayMs: 60_000 });
  const { messages } = governed.claude.forUser(userId);
  const stream = await messages.create({ ...ask, stream: true });
  expect(await stream.governed).toMatchObject({ outcome: "timeout" });
  expect(await spentBy(userId)).toMatchObject([{ outcome: "timeout", errorType }]);
  await expect.poll(() => governed.sent().at(-1)?.aborted).toBe(true);
});

test("a thousand streams that are given up leave nothing behind", async () => {
  const userId = await governed.makeUser({
    settings: {
      ...settings,
      rateLimiting: { ...settings.rateLimiting, concurrentRequests: 1_000, burstAllowance: 5_000 },
    },
  });
  governed.server.respondWith({ usage, text, chunks: 2, chunkDelayMs: 60_000 });
  const { messages } = governed.claude.forUser(userId);
  const streams = await Promise.all(
    Array.from({ length: 1_000 }, () => messages.create({ ...ask, stream: true })),
  );
  await expect(messages.create(ask)).rejects.toMatchObject({
    code: "LIMIT_REACHED",
    details: { limit: "concurrentRequests", used: 1_000, allowed: 1_000 },
  });
  for (const stream of streams) stream.controller.abort();
  const facts = await Promise.all(streams.map((stream) => stream.governed));
  governed.server.respondWith({});
  expect(facts.every(({ outcome }) => outcome === "aborted")).toBe(true);
  expect(await spentBy(userId)).toHaveLength(1_000);
  expect((await messages.create(ask)).governed.outcome).toBe("success");
});

test("a caller who leaves while nothing is known yet: the SDK's own error, and everything is free again", async () => {
  const userId = await governed.makeUser({ settings });
  const { messages } = governed.claude.forUser(userId);
  const leaving = new AbortController();
  governed.server.script({ delayMs: 60_000 });
  const before = governed.sent().length;
  const call = messages.create(ask, { signal: leaving.signal });
  const outcome = expect(call).rejects.toMatchObject({ name: "APIUserAbortError" });
  await expect.poll(() => governed.sent().length).toBe(before + 1);
  leaving.abort();
  await outcome;
  await expect(messages.create(ask, { signal: leaving.signal })).rejects.toThrow("aborted");
  await expect(messages.stream(ask, { signal: leaving.signal }).done()).rejects.toThrow("aborted");
  expect(await spentBy(userId)).toMatchObject([{ outcome: "aborted", errorType: null }]);
  expect((await messages.create(ask)).governed.outcome).toBe("success");
});

test("a caller who leaves before the request is out pays nothing: none of it was sent", async () => {
  const userId = await governed.makeUser({ settings });
  const leaving = new AbortController();
  let isLeaving = false;
  let isAdmitted = false;
  const store: AdmissionStore = {
    ...governed.store,
    async admit(request) {
      const admission = await governed.store.admit(request);
      isAdmitted = isLeaving;
      return admission;
    },
  };
  // From its second call on the pace of a key is looked at between admission and request.
  const now = () => {
    if (isAdmitted) leaving.abort();
    return governed.clock.now();
  };
  const claude = governed.restart({ store, clock: { ...governed.clock, now } });
  const { messages } = claude.forUser(userId);
  // A minute of which nothing is used.
  governed.server.setClock(new Date(Date.now() + 600_000));
  await messages.create(ask);
  const before = governed.sent().length;
  isLeaving = true;
  const call = messages.create(ask, { signal: leaving.signal });
  await expect(call).rejects.toMatchObject({ name: "APIUserAbortError" });
  expect(governed.sent()).toHaveLength(before);
  expect(await spentBy(userId)).toMatchObject([
    { outcome: "success" },
    { outcome: "aborted", cost: "0", costBasis: "exact" },
  ]);
});

test("a stream has one reader: the second is told so, and the first gets every piece", async () => {
  const userId = await governed.makeUser({ settings });
  governed.server.script({ usage, text, chunks: 4 });
  const stream = await governed.claude.forUser(userId).messages.create({ ...ask, stream: true });
  const seen: string[] = [];
  for await (const { type } of stream) {
    seen.push(type);
    await expect(stream[Symbol.asyncIterator]().next()).rejects.toThrow("consumed stream");
  }
  expect(seen.filter((type) => type === "content_block_delta")).toHaveLength(4);
  expect(seen.at(-1)).toBe("message_stop");
  expect(await spentBy(userId)).toMatchObject([{ outcome: "success" }]);
});
