import { afterAll, beforeAll, expect, test } from "vitest";

import type { GovernedMessages } from "../src/index.ts";
import { failures, type Step } from "../testing/index.ts";
import { ask, type GovernedTest, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
beforeAll(async () => {
  governed = await startGoverned();
});
afterAll(() => governed[Symbol.asyncDispose]());

const settings = {
  model: { model: "claude-sonnet-5-5", maxTokens: 2 },
  rateLimiting: { concurrentRequests: 100, requestsPerMinute: 100_000, burstAllowance: 1_000 },
  retryStrategy: { maxRetries: 0 },
};
const FOREVER = 600_000;
const usage = { inputTokens: 10, outputTokens: 2 };
const patient = { connectionTimeout: 60_000, generationTimeout: 60_000, totalRequestTimeout: 120_000 };

type Send = (messages: GovernedMessages) => Promise<unknown>;
const whole: Send = (messages) => messages.create(ask);
const collected: Send = (messages) => messages.create({ ...ask, max_tokens: 4_096 });
const stream: Send = async (messages) => {
  for await (const event of await messages.create({ ...ask, stream: true })) void event;
};

/** Ten calls at once that hear nothing, or nothing more, for so long; then what becomes of the next one. */
async function afterSilence(step: Step, send: Send, timeouts: object, ms: number): Promise<unknown> {
  const userId = await governed.makeUser({
    settings: { ...settings, timeouts: { ...patient, ...timeouts } },
  });
  let answered = 0;
  const fetch: typeof globalThis.fetch = async (...request) => {
    const response = await governed.ctx.fetch(...request);
    answered += 1;
    return response;
  };
  const { messages } = governed.restart({ service: { ...governed.ctx, fetch } }).forUser(userId);
  // What is at hand is not read again under the timeouts.
  await messages.countTokens(ask);
  governed.server.respondWith({ usage, ...step });
  const before = governed.sent().length;
  answered = 0;
  const calls = Array.from({ length: 10 }, () => send(messages));
  const ends = Promise.allSettled(calls);
  const heard = () => (step.connection === "hang" ? governed.sent().length - before : answered);
  await expect.poll(heard, { interval: 5 }).toBe(10);
  governed.clock.advance(ms);
  for (const end of await ends) expect(end).toMatchObject({ reason: { code: "CALL_TIMEOUT" } });
  governed.server.respondWith({});
  await governed.configure(userId, { timeouts: patient });
  return messages.create(ask).catch((error: unknown) => error);
}

const CIRCUIT_OPEN = { code: "PROVIDER_UNAVAILABLE", details: { type: "circuit_open" } };
const ANSWERED = { governed: { outcome: "success" } };
const LIMITS = {
  connection: { connectionTimeout: 500 },
  generation: { generationTimeout: 500 },
  total: { connectionTimeout: 500, generationTimeout: 500, totalRequestTimeout: 500 },
};

test.each<[string, Step, string, Send, keyof typeof LIMITS]>([
  ["before the headers", failures.hang(), "whole", whole, "connection"],
  ["before the headers", failures.hang(), "in pieces", collected, "connection"],
  ["before the headers", failures.hang(), "of a stream", stream, "total"],
  ["after the headers", failures.slowBody(FOREVER), "whole", whole, "generation"],
  ["after the headers", failures.slowBody(FOREVER), "in pieces", collected, "generation"],
  ["after the headers", failures.slowBody(FOREVER), "of a stream", stream, "total"],
])("ten silences of five seconds %s (%#) open the circuit, and shorter ones do not", async (...given) => {
  const [, step, , send, limit] = given;
  expect(await afterSilence(step, send, LIMITS[limit], 5_000)).toMatchObject(CIRCUIT_OPEN);
  expect(await afterSilence(step, send, LIMITS[limit], 4_000)).toMatchObject(ANSWERED);
});

test("a pause in an answer that has begun is none, since what keeps a connection alive is not heard", async () => {
  const outcome = await afterSilence(failures.stalledStream(), collected, LIMITS.generation, 5_000);
  expect(outcome).toMatchObject(ANSWERED);
});

test("one member's impatience does not keep others of the same key out", async () => {
  const hasty = { connectionTimeout: 1, generationTimeout: 1, totalRequestTimeout: 60_000 };
  const retryStrategy = { maxRetries: 10, baseDelay: 1, maxDelay: 1 };
  const userId = await governed.makeUser({ settings: { ...settings, timeouts: hasty, retryStrategy } });
  const { messages } = governed.restart().forUser(userId);
  governed.server.respondWith(failures.hang());
  await expect(messages.create(ask)).rejects.toMatchObject({
    code: "CALL_TIMEOUT",
    details: { attempts: Array(11).fill({ failure: "connection_timeout" }) },
  });
  governed.server.respondWith({});
  await governed.configure(userId, { timeouts: patient });
  expect(await messages.create(ask)).toMatchObject(ANSWERED);
});
