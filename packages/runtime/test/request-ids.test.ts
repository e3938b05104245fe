import { afterAll, beforeAll, expect, test } from "vitest";

import { failures } from "../testing/index.ts";
import { ask, type GovernedTest, makeKey, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
beforeAll(async () => {
  governed = await startGoverned();
});
afterAll(() => governed[Symbol.asyncDispose]());

const settings = { model: { model: "claude-sonnet-5-5", maxTokens: 100 } };
const usage = { inputTokens: 10, outputTokens: 2 };

async function prepare(options: { formerKey?: string } = {}) {
  const userId = await governed.makeUser({ settings, ...options });
  return governed.restart().forUser(userId).messages;
}
/** Of the requests that were sent last, in their order. */
const sentIds = (count: number) =>
  governed
    .sent()
    .slice(-count)
    .map(({ requestId }) => requestId);

test("a record has the request id of every attempt, in order, whatever became of it", async () => {
  const messages = await prepare({ formerKey: makeKey() });
  const { rateLimited, overloaded, internal, authentication } = failures;
  governed.server.script(rateLimited(), overloaded(), internal(), authentication(), { usage });
  await messages.create(ask);
  expect(governed.ledger.at(-1)).toMatchObject({ attempts: 5, anthropicRequestIds: sentIds(5) });
});

test("a record of a call that came to nothing has those of all that was tried", async () => {
  const messages = await prepare();
  governed.server.script(failures.overloaded(), failures.invalidRequest());
  await expect(messages.create(ask)).rejects.toMatchObject({ code: "PROVIDER_REQUEST_REFUSED" });
  expect(governed.ledger.at(-1)).toMatchObject({ outcome: "error", anthropicRequestIds: sentIds(2) });
});

test("an attempt that was never answered has no id, and does not take those of the others along", async () => {
  const messages = await prepare();
  governed.server.script(failures.overloaded(), failures.dropConnection(), { usage });
  await messages.create(ask);
  const [first, , last] = sentIds(3);
  expect(governed.ledger.at(-1)).toMatchObject({ attempts: 3, anthropicRequestIds: [first, last] });
});

test("each record of a call has the ids of its own requests", async () => {
  const messages = await prepare();
  // What may be billed is a record by itself, as is each model of a chain.
  governed.server.script({ usage, ...failures.resetStream(1) }, failures.rateLimited(), { usage });
  await messages.create({ ...ask, max_tokens: 4_096 });
  const ids = sentIds(3);
  expect(governed.ledger.slice(-2)).toMatchObject([
    { outcome: "error", anthropicRequestIds: ids.slice(0, 1) },
    { outcome: "success", anthropicRequestIds: ids.slice(1) },
  ]);
});

test("a model that answers for another one has no id of the other's in its record", async () => {
  const userId = await governed.makeUser({ settings: { ...settings, retryStrategy: { maxRetries: 0 } } });
  const { messages } = governed.restart().forUser(userId, { fallbackModels: ["claude-haiku-4-5-20251001"] });
  governed.server.script(failures.overloaded(), { usage });
  await messages.create(ask);
  const ids = sentIds(2);
  expect(governed.ledger.slice(-2)).toMatchObject([
    { modelAsked: "claude-sonnet-5-5", anthropicRequestIds: ids.slice(0, 1) },
    { modelAsked: "claude-haiku-4-5-20251001", anthropicRequestIds: ids.slice(1) },
  ]);
});

test("a stream that its reader leaves, and a count of tokens, have theirs too", async () => {
  const messages = await prepare();
  governed.server.script(failures.overloaded(), { usage, chunks: 4, chunkDelayMs: 20 });
  const stream = await messages.create({ ...ask, stream: true });
  for await (const { type } of stream) if (type === "content_block_delta") break;
  await stream.governed;
  expect(governed.ledger.at(-1)).toMatchObject({ outcome: "aborted", anthropicRequestIds: sentIds(2) });
  await messages.countTokens(ask);
  expect(governed.ledger.at(-1)).toMatchObject({
    operation: "token_count",
    anthropicRequestIds: sentIds(1),
  });
});
