import { afterAll, beforeAll, expect, test } from "vitest";

import { systemClock } from "../src/calls/clock.ts";
import type { GovernedMessages, GovernedParams } from "../src/index.ts";
import { failures } from "../testing/index.ts";
import { ask, type GovernedTest, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
beforeAll(async () => {
  governed = await startGoverned();
});
afterAll(() => governed[Symbol.asyncDispose]());

const settings = {
  model: { model: "claude-sonnet-5-5", maxTokens: 100 },
  rateLimiting: { concurrentRequests: 1, requestsPerMinute: 1_000, burstAllowance: 100 },
};
const long = "y".repeat(100_000);

/** Every way to send a prompt. */
const ways: [string, (messages: GovernedMessages, params: GovernedParams) => Promise<unknown>][] = [
  ["create", (messages, params) => messages.create(params)],
  ["create of a long answer", (messages, params) => messages.create({ ...params, max_tokens: 4_000 })],
  ["create with a stream", (messages, params) => messages.create({ ...params, stream: true })],
  ["stream", (messages, params) => messages.stream(params).finalMessage()],
  ["countTokens", (messages, params) => messages.countTokens(params)],
];

test("a prompt that grows while its call waits is sent as it was measured, within the budget", async () => {
  const userId = await governed.makeUser({ settings: { ...settings, costBudget: { dailyBudget: 0.02 } } });
  const claude = governed.restart({ clock: systemClock, limitWaitMs: 5_000 });
  const { messages } = claude.forUser(userId);
  governed.server.script(failures.slowBody(100));
  const before = governed.sent().length;
  const first = messages.create(ask);
  await expect.poll(() => governed.sent().length).toBe(before + 1);
  const prompt: GovernedParams["messages"] = [{ role: "user", content: "Hi" }];
  const second = messages.create({ messages: prompt });
  prompt.push({ role: "assistant", content: "x" }, { role: "user", content: long });
  await first;
  expect((await second).governed.outcome).toBe("success");
  expect(governed.sent().at(-1)?.body).toMatchObject({ messages: [{ role: "user", content: "Hi" }] });
  const [daily] = await claude.forUser(userId).budgets();
  expect(Number(daily?.spent)).toBeLessThanOrEqual(0.02);
});

test.each(ways)("%s sends at each attempt what the caller wrote at the start", async (_, send) => {
  const userId = await governed.makeUser({ settings });
  const { messages } = governed.restart().forUser(userId);
  const content = [{ type: "text" as const, text: "Hi" }];
  const prompt: GovernedParams["messages"] = [{ role: "user", content }];
  governed.server.script({ ...failures.overloaded(), delayMs: 50 });
  const before = governed.sent().length;
  const call = send(messages, { messages: prompt });
  await expect.poll(() => governed.sent().length).toBe(before + 1);
  content.push({ type: "text", text: long });
  await call;
  const sent = governed.sent().slice(before);
  expect(sent).toHaveLength(2);
  for (const { body } of sent) {
    expect(body).toMatchObject({ messages: [{ role: "user", content: [{ type: "text", text: "Hi" }] }] });
  }
});

test.each(ways.slice(0, -1))(
  "%s reserves for what says itself what it is, by what it says",
  async (_, send) => {
    const userId = await governed.makeUser({ settings: { ...settings, costBudget: { dailyBudget: 0.1 } } });
    const { messages } = governed.claude.forUser(userId);
    const before = governed.sent().length;
    const prompt = [{ role: "user", content: { toJSON: () => long } }];
    const call = send(messages, { messages: prompt } as unknown as GovernedParams);
    await expect(call).rejects.toMatchObject({ code: "LIMIT_REACHED", details: { limit: "dailyBudget" } });
    expect(governed.sent()).toHaveLength(before);
  },
);
