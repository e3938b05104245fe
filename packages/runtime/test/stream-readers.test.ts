import { setImmediate } from "node:timers/promises";

import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

import type { GovernedStream } from "../src/index.ts";
import { failures } from "../testing/index.ts";
import { ask, type GovernedTest, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
beforeAll(async () => {
  governed = await startGoverned();
});
afterAll(() => governed[Symbol.asyncDispose]());

const model = { model: "claude-sonnet-5-5", maxTokens: 100 };

/** What would end a process that does not listen to it. */
function unhandledRejections(): unknown[] {
  const heard: unknown[] = [];
  const listener = (reason: unknown) => void heard.push(reason);
  process.on("unhandledRejection", listener);
  onTestFinished(() => void process.off("unhandledRejection", listener));
  return heard;
}

test("who asks only what governed a failed stream has heard of the failure", async () => {
  const heard = unhandledRejections();
  const userId = await governed.makeUser({ settings: { model }, key: null });
  const { messages } = governed.claude.forUser(userId);
  await expect(messages.stream(ask).governed).rejects.toMatchObject({ code: "KEY_MISSING" });
  const leaving = new AbortController();
  leaving.abort();
  await expect(messages.stream(ask, { signal: leaving.signal }).governed).rejects.toThrow("aborted");
  await setImmediate();
  expect(heard).toEqual([]);
});

type Leave = (stream: GovernedStream) => Promise<unknown>;

test.each<[string, Leave]>([
  ["an iterator that was never asked", (stream) => stream[Symbol.asyncIterator]().return?.() ?? never()],
  ["a readable stream that nobody read", (stream) => stream.toReadableStream().cancel()],
  [
    "an iterator that was asked once",
    async (stream) => {
      const pieces = stream[Symbol.asyncIterator]();
      await pieces.next();
      await pieces.return?.();
    },
  ],
  [
    "an iterator while it waits for the next piece",
    async (stream) => {
      const pieces = stream[Symbol.asyncIterator]();
      while ((await pieces.next()).value?.type !== "content_block_delta");
      const waiting = pieces.next();
      await pieces.return?.();
      expect(await waiting).toMatchObject({ done: true });
    },
  ],
])("who gives up %s has left the call", async (_, leave) => {
  const userId = await governed.makeUser({ settings: { model } });
  governed.server.script({ text: "xx", chunks: 2, ...failures.stalledStream(1) });
  const stream = await governed.claude.forUser(userId).messages.create({ ...ask, stream: true });
  await leave(stream);
  expect((await stream.governed).outcome).toBe("aborted");
  expect(await governed.figures(userId)).toMatchObject(Array(3).fill({ reserved: "0" }));
  expect(stream.controller.signal.aborted).toBe(true);
  await expect(stream[Symbol.asyncIterator]().next()).rejects.toThrow("consumed");
});

test("a second iterator that is given up leaves the call to the first", async () => {
  const userId = await governed.makeUser({ settings: { model } });
  governed.server.script({ text: "hello", chunks: 5 });
  const stream = await governed.claude.forUser(userId).messages.create({ ...ask, stream: true });
  const types: string[] = [];
  for await (const event of stream) {
    if (types.length === 0) await stream[Symbol.asyncIterator]().return?.();
    types.push(event.type);
  }
  expect(types.at(-1)).toBe("message_stop");
  expect((await stream.governed).outcome).toBe("success");
});

test("an iterator that is given up after the end changes nothing", async () => {
  const userId = await governed.makeUser({ settings: { model } });
  const stream = await governed.claude.forUser(userId).messages.create({ ...ask, stream: true });
  const pieces = stream[Symbol.asyncIterator]();
  while (!(await pieces.next()).done);
  await pieces.return?.();
  expect((await stream.governed).outcome).toBe("success");
  expect(stream.controller.signal.aborted).toBe(false);
});

function never(): Promise<never> {
  return Promise.reject(new Error("The iterator cannot be given up."));
}

test("who stops reading at the last piece has the whole answer", async () => {
  const userId = await governed.makeUser({ settings: { model } });
  const { messages } = governed.claude.forUser(userId);
  for (let call = 0; call < 5; call += 1) {
    const stream = await messages.create({ ...ask, stream: true });
    for await (const { type } of stream) if (type === "message_stop") break;
    expect(await stream.governed).toMatchObject({ outcome: "success", cost: { basis: "exact" } });
  }
});
