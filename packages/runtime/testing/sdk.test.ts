import Anthropic from "@anthropic-ai/sdk";
import { expect, test } from "vitest";

import { failures, startFakeAnthropic } from "./index.ts";
import { hello } from "./post-message.ts";

const ask = { ...hello, messages: [{ role: "user" as const, content: "Hello" }] };
const clientOf = (baseURL: string, more: object = {}) =>
  new Anthropic({ apiKey: "sk-ant-api03-test", baseURL, maxRetries: 0, ...more });

test("Anthropic's own client is answered, and says who it is as we were told", async () => {
  await using server = await startFakeAnthropic();
  const { data, request_id } = await clientOf(server.url).messages.create(ask).withResponse();
  expect(data.content).toMatchObject([{ type: "text", text: "Hello from the fake." }]);
  expect(request_id).toBe(server.requests[0]?.requestId);
  expect(server.requests[0]).toMatchObject({ apiVersion: "2026-10-21", apiKeyHeader: "authorization" });
});

test("it puts a stream together", async () => {
  await using server = await startFakeAnthropic();
  server.script({
    content: [
      { type: "thinking", thinking: "Let me see." },
      { type: "text", text: "Hi" },
      { type: "tool_use", name: "look", input: { at: ["sky", 1] } },
    ],
    usage: { outputTokens: 55, cacheReadTokens: 7 },
  });
  const message = await clientOf(server.url).messages.stream(ask).finalMessage();
  expect(message).toMatchObject({
    content: [
      { type: "thinking", thinking: "Let me see.", signature: expect.stringMatching(/.+/) },
      { type: "text", text: "Hi" },
      { type: "tool_use", name: "look", input: { at: ["sky", 1] } },
    ],
    stop_reason: "tool_use",
    usage: { output_tokens: 55, cache_read_input_tokens: 7 },
  });
});

test("it counts tokens and pages through all models", async () => {
  await using server = await startFakeAnthropic();
  const client = clientOf(server.url);
  const { model, messages } = ask;
  expect(await client.messages.countTokens({ model, messages })).toEqual({ input_tokens: 3 });
  const ids: string[] = [];
  for await (const info of client.models.list({ limit: 5, lifecycle: ["active", "deprecated", "retired"] })) {
    ids.push(info.id);
  }
  expect(ids).toHaveLength(27);
  expect(new Set(ids).size).toBe(27);
});

test("temperature passes under the old version and not under the new", async () => {
  await using server = await startFakeAnthropic();
  const warm = { ...ask, model: "claude-opus-4-6", temperature: 0.5 } as typeof ask;
  await expect(clientOf(server.url).messages.create(warm)).rejects.toMatchObject({
    status: 400,
    apiMessage: "temperature: Extra inputs are not permitted",
  });
  const old = clientOf(server.url, { defaultHeaders: { "anthropic-version": "2023-06-01" } });
  await expect(old.messages.create(warm)).resolves.toMatchObject({ type: "message" });
});

test("it reads errors, their codes and the workspace", async () => {
  await using server = await startFakeAnthropic({ keys: { "sk-ant-api03-test": "wrkspc_7" } });
  server.script(failures.enforcedSpendLimit(), failures.overloaded(), failures.dropConnection());
  const client = clientOf(server.url);
  const limit = await client.messages.create(ask).catch((error: unknown) => error);
  expect(limit).toBeInstanceOf(Anthropic.RateLimitError);
  expect(limit).toMatchObject({ errorCode: "enforced_spend_limit_reached", workspaceID: "wrkspc_7" });
  await expect(client.messages.create(ask)).rejects.toMatchObject({ status: 529, type: "overloaded_error" });
  await expect(client.messages.create(ask)).rejects.toBeInstanceOf(Anthropic.APIConnectionError);
});

test("its own retries are seen: three attempts at an overload, one at a refusal", async () => {
  await using server = await startFakeAnthropic({ answer: failures.rateLimited(0) });
  const client = clientOf(server.url, { maxRetries: 2 });
  await expect(client.messages.create(ask)).rejects.toMatchObject({ status: 429 });
  expect(server.requests).toHaveLength(3);
  server.respondWith(failures.billing());
  await expect(client.messages.create(ask)).rejects.toMatchObject({ status: 402 });
  expect(server.requests).toHaveLength(4);
});

test("a stream that breaks reaches the reader as an error, and leaving it is seen", async () => {
  await using server = await startFakeAnthropic();
  const client = clientOf(server.url);
  server.script(failures.brokenStream(1), failures.resetStream(1), { chunks: 20, chunkDelayMs: 20 });
  const read = async () => {
    for await (const event of await client.messages.create({ ...ask, stream: true })) void event;
  };
  await expect(read()).rejects.toMatchObject({ type: "overloaded_error" });
  await expect(read()).rejects.toThrow();
  const stream = await client.messages.create({ ...ask, stream: true });
  for await (const event of stream) if (event.type === "content_block_delta") break;
  await expect.poll(() => server.requests[2]?.aborted).toBe(true);
});
