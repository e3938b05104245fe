import type Anthropic from "@anthropic-ai/sdk";
import { jsonSchemaOutputFormat } from "@anthropic-ai/sdk/helpers/json-schema";
import type { MessageCreateParamsBase } from "@anthropic-ai/sdk/resources/messages/messages";
import { Stream } from "@anthropic-ai/sdk/streaming";
import { afterAll, beforeAll, expect, test } from "vitest";

import { type GovernedTest, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
/** The governed ones, where somebody wants the SDK's. */
let messages: Pick<Anthropic["messages"], "create" | "stream" | "countTokens">;
let userId: string;
beforeAll(async () => {
  governed = await startGoverned();
  userId = await governed.makeUser();
  messages = governed.claude.forUser(userId).messages;
});
afterAll(() => governed[Symbol.asyncDispose]());

const body = {
  model: "claude-sonnet-5-5",
  max_tokens: 100,
  messages: [{ role: "user" as const, content: "Hello" }],
};

test("whoever is given the SDK's messages takes the governed ones, and their answers", async () => {
  const whole = await messages.create(body);
  expect(whole.content).toMatchObject([{ type: "text" }]);
  const stream = await messages.create({ ...body, stream: true });
  const pieces = [];
  for await (const { type } of stream) pieces.push(type);
  expect(pieces.at(-1)).toBe("message_stop");
  const either: MessageCreateParamsBase = { ...body, stream: false };
  expect(await messages.create(either)).toHaveProperty("content");
  expect(await messages.countTokens(body)).toHaveProperty("input_tokens");
  const failed = messages.create({ ...body, max_tokens: -1 });
  expect(await failed.catch(({ code }) => code)).toBe("INPUT_INVALID");
});

test("an answer in a format of the caller's is read as it says", async () => {
  governed.server.script({ text: '{"city":"Bern"}' });
  const format = jsonSchemaOutputFormat({
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  } as const);
  const wanted = { ...body, output_config: { format } };
  const { parsed_output } = await governed.claude.forUser(userId).messages.stream(wanted).finalMessage();
  const city: string | undefined = parsed_output?.city;
  expect(city).toBe("Bern");
});

test("a response can be read as the SDK's, and whoever leaves it leaves the answer", async () => {
  const json = await messages.create(body).asResponse();
  expect(await json.json()).toMatchObject({ type: "message", content: [{ type: "text" }] });
  const events = await messages.create({ ...body, stream: true }).asResponse();
  const read = [];
  for await (const event of Stream.fromSSEResponse<{ type: string }>(events, new AbortController()))
    read.push(event.type);
  expect([read[0], read.at(-1)]).toEqual(["message_start", "message_stop"]);
  expect(governed.ledger.at(-1)).toMatchObject({ outcome: "success", isStream: true });

  governed.server.script({ text: "x".repeat(100), chunks: 100, chunkDelayMs: 5 });
  const left = await messages.create({ ...body, stream: true }).asResponse();
  await left.body?.cancel();
  expect(governed.ledger.at(-1)).toMatchObject({ outcome: "aborted", isStream: true });
});
