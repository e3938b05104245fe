import { setTimeout as pause } from "node:timers/promises";

import type { RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages/messages";
import { afterAll, beforeAll, expect, test } from "vitest";

import { systemClock } from "../src/calls/clock.ts";
import type { GovernedStream } from "../src/index.ts";
import { failures, type Step } from "../testing/index.ts";
import { ask, type GovernedTest, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
beforeAll(async () => {
  governed = await startGoverned({ clock: systemClock });
});
afterAll(() => governed[Symbol.asyncDispose]());

const timeouts = { connectionTimeout: 300, generationTimeout: 300, totalRequestTimeout: 600 };
const settings = {
  model: { model: "claude-sonnet-5-5", maxTokens: 10_000 },
  timeouts,
  rateLimiting: { concurrentRequests: 1, requestsPerMinute: 100_000, burstAllowance: 1_000 },
};
const usage = { inputTokens: 10, outputTokens: 5_000 };
const long: Step = { text: "x".repeat(20_000), chunks: 100, usage };
/** 10 tokens of prompt at $2 a million, 5,000 of the answer at $10. */
const cost = { amount: "0.05002", basis: "exact" };

async function begin(step: Step, signal?: AbortSignal) {
  const userId = await governed.makeUser({ settings });
  governed.server.script(step);
  const { messages } = governed.claude.forUser(userId);
  const stream = await messages.create({ ...ask, stream: true }, { ...(signal && { signal }) });
  return { userId, messages, stream };
}

/** The text of the rest, and what it ended with. */
async function read(pieces: AsyncIterator<RawMessageStreamEvent>) {
  let text = "";
  try {
    for (;;) {
      const { value, done } = await pieces.next();
      if (done) return { text, end: "done" };
      if (value.type === "content_block_delta" && value.delta.type === "text_delta") text += value.delta.text;
    }
  } catch (error) {
    return { text, end: error };
  }
}

/** Lets an answer go on until all of it that is told came in. */
const written = (count: number) =>
  expect.poll(() => governed.sent().at(-1)?.outputTokensSent).toBeGreaterThanOrEqual(count);

test("an answer that nobody reads is booked as what it is, and its slot is free", async () => {
  const { stream, messages, userId } = await begin(long);
  expect(await stream.governed).toMatchObject({ outcome: "success", cost });
  expect(governed.sent().at(-1)?.aborted).toBe(false);
  expect(await governed.figures(userId)).toMatchObject(Array(3).fill({ spent: cost.amount, reserved: "0" }));
  expect((await messages.create(ask)).governed.outcome).toBe("success");
});

test.each<[string, (stream: GovernedStream) => AsyncIterator<RawMessageStreamEvent>]>([
  ["itself", (stream) => stream[Symbol.asyncIterator]()],
  ["split in two", (stream) => stream.tee()[1][Symbol.asyncIterator]()],
])("a reader of a complete answer takes all the time it wants: %s", async (_, iterate) => {
  const { stream } = await begin(long);
  const pieces = iterate(stream);
  await pieces.next();
  expect(await stream.governed).toMatchObject({ outcome: "success", cost });
  await pause(timeouts.totalRequestTimeout + 100);
  expect(await read(pieces)).toEqual({ text: long.text, end: "done" });
  expect(stream.controller.signal.aborted).toBe(false);
});

test("a readable stream that is read late gives all of it too", async () => {
  const { stream } = await begin(long);
  const readable = stream.toReadableStream();
  await stream.governed;
  await pause(timeouts.totalRequestTimeout + 100);
  let lines = "";
  for await (const bytes of readable) lines += Buffer.from(bytes as Uint8Array).toString();
  expect(lines.trim().split("\n")).toHaveLength(105);
  expect(JSON.parse(lines.trim().split("\n").at(-1) ?? "")).toEqual({ type: "message_stop" });
});

test("the time that a slow reader takes is none of the answer's", async () => {
  const { stream } = await begin({ text: "x".repeat(20), chunks: 20, chunkDelayMs: 5, usage });
  let pieces = 0;
  for await (const event of stream) {
    if (event.type === "content_block_delta") pieces += 1;
    await pause(25);
  }
  expect(pieces).toBe(20);
  expect(await stream.governed).toMatchObject({ outcome: "success", cost });
});

test.each<[string, Step, object]>([
  ["a timeout", { ...long, ...failures.stalledStream(90) }, { code: "CALL_TIMEOUT" }],
  ["its caller", { ...long, ...failures.stalledStream(90) }, { name: "APIUserAbortError" }],
])("of an answer that was ended by %s nothing more is given out", async (by, step, error) => {
  const leaving = new AbortController();
  const { stream } = await begin(step, leaving.signal);
  const pieces = stream[Symbol.asyncIterator]();
  await pieces.next();
  await written(4_500);
  if (by === "its caller") leaving.abort();
  expect((await stream.governed).outcome).toBe(by === "a timeout" ? "timeout" : "aborted");
  const ended = await read(pieces);
  expect(ended).toEqual({ text: "", end: expect.objectContaining(error) });
  expect(await pieces.next()).toMatchObject({ done: true });
  await expect.poll(() => governed.sent().at(-1)?.aborted).toBe(true);
});

test("who leaves by the signal that the call was given gets no more of an answer that is complete either", async () => {
  const leaving = new AbortController();
  const { stream } = await begin(long, leaving.signal);
  const pieces = stream[Symbol.asyncIterator]();
  await pieces.next();
  expect((await stream.governed).outcome).toBe("success");
  leaving.abort();
  expect(await read(pieces)).toMatchObject({ text: "", end: { name: "APIUserAbortError" } });
});

test("who leaves by the stream's controller gets no more of it, and no error", async () => {
  for (const step of [long, { ...long, ...failures.stalledStream(90) }]) {
    const { stream } = await begin(step);
    const pieces = stream[Symbol.asyncIterator]();
    await pieces.next();
    await written(4_500);
    stream.controller.abort();
    expect(await read(pieces)).toEqual({ text: "", end: "done" });
  }
});

test("what came before an answer broke is given out before its error, however late it is read", async () => {
  const { stream } = await begin({ ...long, ...failures.brokenStream(90) });
  expect((await stream.governed).outcome).toBe("error");
  const { text, end } = await read(stream[Symbol.asyncIterator]());
  expect(text).toHaveLength(18_000);
  expect(end).toMatchObject({ code: "PROVIDER_UNAVAILABLE", details: { kind: "overloaded" } });
  expect(governed.ledger.at(-1)).toMatchObject({ outcome: "error", costBasis: "estimated" });
  expect(governed.ledger.at(-1)?.outputTokens).toBeGreaterThanOrEqual(6_000);
});

test("an answer that broke, or was ended, and that nobody reads ends no process", async () => {
  const heard: unknown[] = [];
  const listener = (reason: unknown) => void heard.push(reason);
  process.on("unhandledRejection", listener);
  for (const step of [failures.brokenStream(1), failures.resetStream(1), failures.stalledStream(1)]) {
    const { stream } = await begin({ ...long, ...step });
    expect((await stream.governed).outcome).not.toBe("success");
  }
  await pause(10);
  process.off("unhandledRejection", listener);
  expect(heard).toEqual([]);
});

test("the helper over a stream is the same: late, complete, and gone when it is given up", async () => {
  const userId = await governed.makeUser({ settings });
  const { messages } = governed.claude.forUser(userId);
  governed.server.script(long, { ...long, ...failures.stalledStream(90) });
  const whole = messages.stream(ask);
  expect(await whole.governed).toMatchObject({ outcome: "success", cost });
  expect(await whole.finalText()).toBe(long.text);
  const left = messages.stream(ask);
  const ended = expect(left.done()).rejects.toMatchObject({ name: "APIUserAbortError" });
  await left.withResponse();
  left.abort();
  await ended;
  expect((await left.governed).outcome).toBe("aborted");
  await expect.poll(() => governed.sent().at(-1)?.aborted).toBe(true);
});
