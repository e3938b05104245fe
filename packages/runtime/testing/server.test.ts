import { expect, test } from "vitest";

import { startFakeAnthropic } from "./index.ts";
import { bodyOf, hello, postMessage } from "./post-message.ts";

test("a message answers with the shape, usage and headers of the real one", async () => {
  await using server = await startFakeAnthropic();
  const response = await postMessage(server);
  expect(response.status).toBe(200);
  const requestId = server.requests[0]?.requestId;
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "request-id": requestId,
    "anthropic-organization-id": expect.any(String),
    "anthropic-workspace-id": expect.stringMatching(/^wrkspc_/),
    "anthropic-ratelimit-requests-limit": "1000",
    "anthropic-ratelimit-requests-remaining": "999",
    "anthropic-ratelimit-requests-reset": expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    "anthropic-ratelimit-input-tokens-remaining": "2000000",
    "anthropic-ratelimit-output-tokens-limit": "400000",
    "anthropic-ratelimit-tokens-limit": "2400000",
  });
  expect(await bodyOf(response)).toEqual({
    id: expect.stringMatching(/^msg_/),
    type: "message",
    role: "assistant",
    model: "claude-sonnet-5-5",
    container: null,
    diagnostics: null,
    content: [{ type: "text", text: "Hello from the fake.", citations: null }],
    stop_details: null,
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: {
      input_tokens: 3,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
      output_tokens: 8,
      output_tokens_details: { thinking_tokens: 0 },
      server_tool_use: null,
      service_tier: "standard",
      inference_geo: "global",
      speed: null,
    },
  });
});

test("a test decides the usage, and what it leaves out is computed the same way every time", async () => {
  await using server = await startFakeAnthropic();
  const usage = {
    inputTokens: 5,
    outputTokens: 90,
    thinkingTokens: 40,
    cacheReadTokens: 1000,
    cacheWrite5mTokens: 20,
    cacheWrite1hTokens: 300,
    webSearchRequests: 2,
  };
  server.script({ usage });
  const billed = await bodyOf(await postMessage(server));
  expect(billed.usage).toMatchObject({
    input_tokens: 5,
    cache_creation_input_tokens: 320,
    cache_read_input_tokens: 1000,
    cache_creation: { ephemeral_5m_input_tokens: 20, ephemeral_1h_input_tokens: 300 },
    output_tokens: 90,
    output_tokens_details: { thinking_tokens: 40 },
    server_tool_use: { web_search_requests: 2, web_fetch_requests: 0 },
  });
  const long = { ...hello, messages: [{ role: "user", content: "x".repeat(400) }] };
  const inputTokens = async (model: string) =>
    (await bodyOf(await postMessage(server, { ...long, model }))).usage.input_tokens;
  expect(await inputTokens("claude-opus-4-6")).toBe(101);
  expect(await inputTokens("claude-opus-4-8")).toBe(132);
});

test("an answer ends at a stop sequence or at max_tokens, and may use tools or refuse", async () => {
  await using server = await startFakeAnthropic();
  server.script(
    { text: "one two three" },
    { usage: { outputTokens: 500 } },
    { content: [{ type: "tool_use", name: "look", input: { at: "sky" } }] },
    { text: "no", stopReason: "refusal" },
  );
  const ask = async (more: object) => bodyOf(await postMessage(server, { ...hello, ...more }));
  expect(await ask({ stop_sequences: [" three", " two"] })).toMatchObject({
    content: [{ text: "one" }],
    stop_reason: "stop_sequence",
    stop_sequence: " two",
  });
  expect(await ask({ max_tokens: 100 })).toMatchObject({
    stop_reason: "max_tokens",
    usage: { output_tokens: 100 },
  });
  expect(await ask({})).toMatchObject({ stop_reason: "tool_use", content: [{ input: { at: "sky" } }] });
  expect(await ask({})).toMatchObject({ stop_reason: "refusal", stop_details: { type: "refusal" } });
});

test("max_tokens 0 only warms the cache", async () => {
  await using server = await startFakeAnthropic();
  const answer = await bodyOf(await postMessage(server, { ...hello, max_tokens: 0 }));
  expect(answer).toMatchObject({ content: [], usage: { output_tokens: 0 } });
});

test("a key comes as x-api-key or as bearer token, and x-api-key counts where both come", async () => {
  await using server = await startFakeAnthropic({ keys: { "sk-ant-a": "wrkspc_a", "sk-ant-b": "wrkspc_b" } });
  const send = (headers: Record<string, string>) =>
    fetch(`${server.url}/v1/models?limit=1`, {
      headers: { "anthropic-version": "2026-10-21", ...headers },
    });
  const a = await send({ "x-api-key": "sk-ant-a" });
  expect([a.status, a.headers.get("anthropic-workspace-id")]).toEqual([200, "wrkspc_a"]);
  const b = await send({ authorization: "Bearer sk-ant-b" });
  expect([b.status, b.headers.get("anthropic-workspace-id")]).toEqual([200, "wrkspc_b"]);
  const both = await send({ "x-api-key": "sk-ant-a", authorization: "Bearer sk-ant-b" });
  expect(both.headers.get("anthropic-workspace-id")).toBe("wrkspc_a");
  expect((await send({ "x-api-key": "sk-ant-c", authorization: "Bearer sk-ant-b" })).status).toBe(401);
  const none = await send({});
  expect(none.status).toBe(401);
  expect(none.headers.get("request-id")).toBe("req_fake00000000000000000005");
  expect(await bodyOf(none)).toEqual({
    type: "error",
    error: { type: "authentication_error", message: "x-api-key header is required" },
    request_id: "req_fake00000000000000000005",
  });
  expect(server.requests.map(({ apiKeyHeader }) => apiKeyHeader)).toEqual([
    "x-api-key",
    "authorization",
    "x-api-key",
    "x-api-key",
    undefined,
  ]);
});

test.each([
  ["sk-ant-api03-x", 200],
  ["sk-ant-admin01-x", 401],
  ["sk-other", 401],
])("without a list of keys %s answers %i", async (key, status) => {
  await using server = await startFakeAnthropic();
  expect((await postMessage(server, hello, { headers: { "x-api-key": key } })).status).toBe(status);
});

test.each([
  ["2023-06-01", 200],
  ["2026-10-21", 200],
  ["2023-01-01", 400],
  ["", 400],
])("API version %j answers %i", async (version, status) => {
  await using server = await startFakeAnthropic();
  expect((await postMessage(server, hello, { headers: { "anthropic-version": version } })).status).toBe(
    status,
  );
});

test("what is no request of this API is refused as such", async () => {
  await using server = await startFakeAnthropic();
  expect((await postMessage(server, hello, { path: "/v1/complete" })).status).toBe(404);
  expect((await postMessage(server, hello, { path: "/v1/models" })).status).toBe(405);
  const headers = { "x-api-key": "sk-ant-x", "anthropic-version": "2026-10-21" };
  const send = (body: string) => fetch(`${server.url}/v1/messages`, { method: "POST", headers, body });
  expect((await send("{")).status).toBe(400);
  expect((await send("[]")).status).toBe(400);
  const tooLarge = await send(JSON.stringify({ ...hello, system: "x".repeat(32 * 1024 * 1024) }));
  expect([tooLarge.status, (await bodyOf(tooLarge)).error.type]).toEqual([413, "request_too_large"]);
});

test("a prompt longer than the context is refused", async () => {
  await using server = await startFakeAnthropic();
  const body = { ...hello, model: "claude-haiku-4-5", system: "x".repeat(801_000) };
  expect((await bodyOf(await postMessage(server, body))).error.message).toMatch(
    /^prompt is too long: \d+ tokens/,
  );
});

test("tokens are counted without the fields that only a message has", async () => {
  await using server = await startFakeAnthropic();
  const { max_tokens: _, ...body } = hello;
  const path = "/v1/messages/count_tokens";
  expect(await bodyOf(await postMessage(server, body, { path }))).toEqual({ input_tokens: 3 });
  expect((await postMessage(server, hello, { path })).status).toBe(400);
  for (const field of ["temperature", "stream", "metadata", "inference_geo"]) {
    const headers = { "anthropic-version": "2023-06-01" };
    const refused = await postMessage(server, { ...body, [field]: null }, { path, headers });
    expect((await bodyOf(refused)).error.message).toBe(`${field}: Extra inputs are not permitted`);
  }
});

test("what arrived is recorded, with the server's own clock", async () => {
  const now = new Date("2026-11-23T10:00:00Z");
  await using server = await startFakeAnthropic({ now: () => now });
  await postMessage(server, hello, { path: "/v1/messages?beta=true", headers: { "anthropic-beta": "a, b" } });
  expect(server.requests).toMatchObject([
    {
      method: "POST",
      path: "/v1/messages",
      apiKey: "sk-ant-api03-test",
      apiVersion: "2026-10-21",
      betas: ["a", "b"],
      body: hello,
      receivedAt: now,
      status: 200,
      aborted: false,
    },
  ]);
});
