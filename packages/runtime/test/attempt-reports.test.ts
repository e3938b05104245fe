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
  rateLimiting: { concurrentRequests: 1, requestsPerMinute: 100_000, burstAllowance: 1_000 },
};
const FOREVER = 600_000;
const usage = { inputTokens: 10, outputTokens: 2 };
const text = "Here I am, at last.";

async function prepare(timeouts: object = {}) {
  const userId = await governed.makeUser({ settings: { ...settings, timeouts } });
  const { messages } = governed.restart().forUser(userId);
  // What is at hand is not read again under the timeouts.
  await messages.countTokens(ask);
  return { userId, messages };
}
const lastRequestId = () => governed.sent().at(-1)?.requestId;

const create = (messages: GovernedMessages) => messages.create(ask);
const collect = (messages: GovernedMessages) => messages.create({ ...ask, max_tokens: 4_096 });
const read = async (messages: GovernedMessages) => {
  for await (const event of await messages.create({ ...ask, stream: true })) void event;
};

test.each<[string, Step, string, string]>([
  ["an error inside", failures.brokenStream(1), "overloaded", "overloaded_error"],
  ["a reset", failures.resetStream(1), "connection", "connection"],
  ["broken JSON", failures.malformedJson(), "malformed_answer", "malformed_answer"],
])(
  "a stream that breaks by %s after it was handed over is told as answered and failed, everywhere",
  async (_, step, failure, type) => {
    const { messages } = await prepare();
    governed.server.script({ usage, text, ...step });
    const stream = await messages.create({ ...ask, stream: true });
    const reading = (async () => {
      for await (const event of stream) void event;
    })();
    const error = await reading.catch((caught: unknown) => caught);
    const attempts = [{ status: 200, failure, requestId: lastRequestId() }];
    expect(error).toMatchObject({ code: "PROVIDER_UNAVAILABLE", details: { status: 200, attempts } });
    expect(await stream.governed).toMatchObject({ outcome: "error", attempts });
    expect(governed.ledger.at(-1)).toMatchObject({ outcome: "error", errorType: type, httpStatus: 200 });
  },
);

test("an answer that breaks before anybody has seen it has the status that it came with", async () => {
  const { messages } = await prepare();
  governed.server.script({ usage, text, ...failures.resetStream(1) }, { usage, text });
  const message = await collect(messages);
  expect(message.governed.attempts).toMatchObject([
    { status: 200, failure: "connection", requestId: expect.stringMatching(/./) },
    { status: 200, failure: null },
  ]);
  expect(governed.ledger.at(-2)).toMatchObject({ errorType: "connection", httpStatus: 200 });
});

test.each<[string, Step, (messages: GovernedMessages) => Promise<unknown>, object, string, number | null]>([
  ["one piece", failures.slowBody(FOREVER), create, { generationTimeout: 200 }, "generation_timeout", 200],
  ["pieces", failures.slowBody(FOREVER), collect, { generationTimeout: 200 }, "generation_timeout", 200],
  ["a stream", failures.stalledStream(), read, { generationTimeout: 200 }, "generation_timeout", 200],
  ["a stream", failures.stalledStream(), read, { totalRequestTimeout: 200 }, "total_timeout", 200],
  ["one piece", failures.hang(), create, { totalRequestTimeout: 200 }, "total_timeout", null],
])(
  "a request for %s (%#) that a timeout ends is among the attempts",
  async (_, step, send, limits, failure, status) => {
    const most = "totalRequestTimeout" in limits ? 200 : 60_000;
    const timeouts = { connectionTimeout: most, generationTimeout: most, totalRequestTimeout: 60_000 };
    const { messages } = await prepare({ ...timeouts, ...limits });
    governed.server.script({ usage, text, ...step });
    const error = await send(messages).catch((caught: unknown) => caught);
    const requestId = status === null ? null : lastRequestId();
    expect(error).toMatchObject({
      code: "CALL_TIMEOUT",
      details: { attempts: [{ model: "claude-sonnet-5-5", keySlot: "primary", status, failure, requestId }] },
    });
    expect(governed.ledger.at(-1)).toMatchObject({
      outcome: "timeout",
      errorType: failure,
      httpStatus: status,
      attempts: 1,
    });
  },
);

test("an answer that its reader gives up in the middle is told as that", async () => {
  const { messages } = await prepare();
  governed.server.script({ usage, text, chunks: 4, chunkDelayMs: 20 });
  const stream = await messages.create({ ...ask, stream: true });
  for await (const { type } of stream) if (type === "content_block_delta") break;
  expect(await stream.governed).toMatchObject({
    outcome: "aborted",
    attempts: [{ status: 200, failure: "aborted", requestId: lastRequestId() }],
  });
  expect(governed.ledger.at(-1)).toMatchObject({ outcome: "aborted", errorType: null, httpStatus: 200 });
});

test("a request that was answered in full stays the last one told, whatever is done with its stream", async () => {
  const { messages } = await prepare();
  governed.server.script(failures.overloaded(), { usage, text });
  const stream = await messages.create({ ...ask, stream: true });
  for await (const event of stream) void event;
  stream.controller.abort();
  expect((await stream.governed).attempts).toMatchObject([
    { status: 529, failure: "overloaded" },
    { status: 200, failure: null },
  ]);
});

/** Shorter than what the refusals ask to wait. */
const short = { connectionTimeout: 5_000, generationTimeout: 5_000, totalRequestTimeout: 10_000 };

test.each<[string, Step, number | null, string]>([
  ["a rate limit", failures.rateLimited(30), 429, "rate_limit_error"],
  [
    "a rate limit inside an answer",
    failures.brokenStream(1, failures.rateLimited()),
    200,
    "rate_limit_error",
  ],
  ["a cap that looks like a rate limit", failures.enforcedSpendLimit(), 429, "spend_limit"],
  ["a cap that looks like a wrong request", failures.spendCap400(), 400, "spend_limit"],
])("%s is in the ledger as what it is", async (_, step, httpStatus, errorType) => {
  const { messages } = await prepare(short);
  governed.server.script({ usage, text, ...step });
  await read(messages).catch(() => {});
  expect(governed.ledger.at(-1)).toMatchObject({ outcome: "error", httpStatus, errorType });
});

test("what is not sent because of a rate limit is in the ledger as that", async () => {
  const { messages } = await prepare(short);
  governed.server.script(failures.rateLimited(30));
  await create(messages).catch(() => {});
  await expect(create(messages)).rejects.toMatchObject({ code: "PROVIDER_RATE_LIMITED" });
  expect(governed.ledger.at(-1)).toMatchObject({
    attempts: 0,
    httpStatus: null,
    errorType: "rate_limit_error",
  });
});
