import { setImmediate } from "node:timers/promises";

import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

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
