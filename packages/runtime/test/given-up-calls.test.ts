import { getEventListeners } from "node:events";
import { setTimeout as pause } from "node:timers/promises";

import type { DocumentBlockParam } from "@anthropic-ai/sdk/resources/messages/messages";
import { afterAll, beforeAll, expect, test } from "vitest";

import { systemClock } from "../src/calls/clock.ts";
import { type CreateParams, createMemoryStore } from "../src/index.ts";
import { failures, type Step } from "../testing/index.ts";
import { ask, type GovernedTest, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
beforeAll(async () => {
  governed = await startGoverned({ clock: systemClock });
});
afterAll(() => governed[Symbol.asyncDispose]());

const rateLimiting = { requestsPerMinute: 100_000, burstAllowance: 1_000 };
const model = { model: "claude-sonnet-5-5", maxTokens: 300 };
const patient = { connectionTimeout: 60_000, generationTimeout: 60_000, totalRequestTimeout: 60_000 };

/** A store that takes its time to book. */
function slowStore(ms: number) {
  const memory = createMemoryStore({ writeEntry: (entry) => void governed.ledger.push(entry) });
  const settle = async (settlement: Parameters<typeof memory.settle>[0]) => {
    await pause(ms);
    return memory.settle(settlement);
  };
  return { ...memory, settle };
}

test("who leaves a stream is heard by the API before the call is booked", async () => {
  const userId = await governed.makeUser({ settings: { model, rateLimiting } });
  const { messages } = governed.restart({ store: slowStore(700) }).forUser(userId);
  governed.server.script({ text: "x".repeat(400), chunks: 400, chunkDelayMs: 5 });
  const stream = await messages.create({ ...ask, stream: true });
  const before = governed.ledger.length;
  const left = (async () => {
    for await (const { type } of stream) if (type === "content_block_delta") break;
  })();
  await expect.poll(() => governed.sent().at(-1)?.aborted, { timeout: 500 }).toBe(true);
  expect(governed.ledger).toHaveLength(before);
  await left;
  expect((await stream.governed).outcome).toBe("aborted");
});

test("a finished answer waits a moment for a store that hangs, not until its deadline", async () => {
  const userId = await governed.makeUser({
    settings: { model, rateLimiting, timeouts: patient, costBudget: { dailyBudget: 1 } },
  });
  const { messages } = governed.restart({ store: slowStore(2_500) }).forUser(userId);
  const usage = { inputTokens: 10, outputTokens: 20 };
  governed.server.script({ usage }, { usage });
  const before = governed.ledger.length;
  const startedAt = performance.now();
  const stream = (async () => {
    const stream = await messages.create({ ...ask, stream: true });
    for await (const event of stream) void event;
    return { governed: await stream.governed };
  })();
  const answers = await Promise.all([messages.create(ask), stream]);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(governed.ledger).toHaveLength(before);
  for (const { governed: facts } of answers) {
    expect(facts).toMatchObject({ outcome: "success", cost: { amount: "0.00022" } });
    // As they were when the call was admitted.
    expect(facts.budgets).toMatchObject([{ limit: "1", spent: "0" }, {}, {}]);
  }
  await expect.poll(() => governed.ledger.slice(before), { timeout: 4_000 }).toHaveLength(2);
});

test.each([true, false])(
  "a request that is given up before its headers costs its prompt and what can have been written, streamed or not: %s",
  async (stream) => {
    // No more, so that the answer may come in one piece.
    const longer = { ...model, maxTokens: 2_000 };
    const userId = await governed.makeUser({ settings: { model: longer, rateLimiting, timeouts: patient } });
    governed.server.script(failures.slowHeaders(60_000), failures.slowHeaders(60_000));
    const content = "x".repeat(100_000);
    const ended: number[] = [];
    for (const ms of [100, 2_100]) {
      const leaving = new AbortController();
      const { messages } = governed.claude.forUser(userId);
      const before = governed.sent().length;
      const call = messages.create(
        { messages: [{ role: "user", content }], stream },
        { signal: leaving.signal },
      );
      const gone = expect(call).rejects.toMatchObject({ name: "APIUserAbortError" });
      await expect.poll(() => governed.sent().length).toBe(before + 1);
      await pause(ms);
      leaving.abort();
      await gone;
      expect(governed.ledger.at(-1)).toMatchObject({ outcome: "aborted", costBasis: "estimated" });
      ended.push(Number(governed.ledger.at(-1)?.cost));
    }
    const [soon = 0, late = 0] = ended;
    // A token a millisecond and no more than were asked for, at $10 a million, a tenth more for a region that may be.
    const output = (tokens: number) => (1.1 * tokens) / 1e5;
    expect(late - soon).toBeGreaterThan(0);
    expect(late - soon).toBeLessThanOrEqual(output(1_900));
    // A prompt of its bytes at the most, rounded up, at $2 a million.
    const prompt = late - output(2_000);
    expect(prompt).toBeGreaterThan(1.1 * 0.2);
    expect(prompt).toBeLessThan(1.1 * 0.2 * 1.07);
  },
);

test.each([true, false])("a request that finds nobody costs nothing, streamed or not: %s", async (stream) => {
  const userId = await governed.makeUser({
    settings: { model, rateLimiting, retryStrategy: { maxRetries: 0 } },
  });
  const away = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  const fetch = () => Promise.reject(new TypeError("fetch failed", { cause: away }));
  const service = { ...governed.ctx, fetch };
  const { messages } = governed.restart({ service }).forUser(userId);
  await expect(messages.create({ ...ask, stream })).rejects.toMatchObject({ code: "PROVIDER_UNAVAILABLE" });
  expect(governed.ledger.at(-1)).toMatchObject({ userId, cost: "0", costBasis: "exact", attempts: 1 });
});

const thinking: Step = {
  content: [
    { type: "thinking", thinking: "Weighing." },
    { type: "text", text: "abc" },
  ],
  usage: { inputTokens: 10, outputTokens: 290, thinkingTokens: 280 },
  chunks: 3,
  chunkDelayMs: 30,
};

test("who leaves after thoughts that were not shown pays for what can have been thought", async () => {
  const userId = await governed.makeUser({ settings: { model, rateLimiting } });
  governed.server.script(thinking);
  const { messages } = governed.claude.forUser(userId);
  const stream = await messages.create({ ...ask, stream: true });
  for await (const event of stream) {
    if (event.type === "content_block_delta" && event.delta.type === "text_delta") break;
  }
  expect(await stream.governed).toMatchObject({ outcome: "aborted", cost: { basis: "estimated" } });
  const { outputTokens } = governed.ledger.at(-1) ?? { outputTokens: 0 };
  expect(outputTokens).toBeGreaterThanOrEqual(100);
  expect(outputTokens).toBeLessThanOrEqual(300);
});

test("a signal that outlives many calls remembers none of them", async () => {
  const userId = await governed.makeUser({ settings: { model, rateLimiting } });
  const { messages } = governed.claude.forUser(userId);
  const { signal } = new AbortController();
  for (let calls = 0; calls < 20; calls += 1) {
    await messages.create(ask, { signal });
    await messages.stream(ask, { signal }).done();
    const stream = await messages.create({ ...ask, stream: true }, { signal });
    // As well where nobody reads it.
    await stream.governed;
  }
  expect(getEventListeners(signal, "abort")).toEqual([]);
  const dependants = Object.getOwnPropertySymbols(signal)
    .filter(({ description }) => /dependant/i.test(description ?? ""))
    .map((symbol) => (signal as unknown as Record<symbol, Set<unknown>>)[symbol]?.size ?? 0);
  expect(dependants.every((size) => size === 0)).toBe(true);
});

test("what tools and advisors might have cost is not booked of a call that was given up before they could", async () => {
  const userId = await governed.makeUser({ settings: { model, rateLimiting, timeouts: patient } });
  const { messages } = governed.restart().forUser(userId);
  const search = { type: "web_search_20250305", name: "web_search", max_uses: 5 } as const;
  const pdf: DocumentBlockParam = {
    type: "document",
    source: { type: "base64", media_type: "application/pdf", data: "JVBERi0xLjcK" },
  };
  const advisor = { type: "advisor_20260301", name: "advisor", model: "claude-fable-5-1" };
  const prompts: CreateParams[] = [
    { ...ask, tools: [search] },
    { ...ask, tools: [{ ...advisor, max_uses: 3, max_tokens: 2_000 }] } as unknown as CreateParams,
    { messages: [{ role: "user", content: [pdf] }] },
  ];
  for (const asked of prompts) {
    governed.server.script(failures.hang());
    const before = governed.ledger.length;
    const leaving = new AbortController();
    const call = messages.create({ ...asked, max_tokens: 100 }, { signal: leaving.signal });
    await expect.poll(() => governed.sent().length).toBeGreaterThan(0);
    await pause(50);
    leaving.abort();
    await expect(call).rejects.toThrow("aborted");
    await expect.poll(() => governed.ledger.length).toBe(before + 1);
    const entry = governed.ledger.at(-1);
    expect(entry).toMatchObject({ outcome: "aborted", costBasis: "estimated" });
    expect(Number(entry?.cost)).toBeGreaterThan(0);
    expect(Number(entry?.cost)).toBeLessThan(0.02);
  }
});

test("where fetch itself gives up waiting for headers, an answer may have been under way", async () => {
  const userId = await governed.makeUser({ settings: { model, rateLimiting } });
  const fetch: typeof globalThis.fetch = async () => {
    const cause = Object.assign(new Error("Headers Timeout Error"), { code: "UND_ERR_HEADERS_TIMEOUT" });
    throw new TypeError("fetch failed", { cause });
  };
  const { messages } = governed.restart({ service: { ...governed.ctx, fetch } }).forUser(userId);
  await expect(messages.create({ ...ask, max_tokens: 100 })).rejects.toThrow();
  const { cost, costBasis } = governed.ledger.at(-1) ?? {};
  expect(costBasis).toBe("estimated");
  expect(Number(cost)).toBeGreaterThan(0);
});
