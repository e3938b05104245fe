import { expect, test } from "vitest";

import { failures, startFakeAnthropic } from "./index.ts";
import { hello, postMessage } from "./post-message.ts";

const streamed = { ...hello, stream: true };

/** The events of a stream, and whether it came to its end. */
async function readEvents(response: Response) {
  const events: { type: string; [key: string]: unknown }[] = [];
  let text = "";
  let isComplete = true;
  try {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += new TextDecoder().decode(chunk);
    }
  } catch {
    isComplete = false;
  }
  for (const event of text.split("\n\n")) {
    const [, name, data] = /^event: (.+)\ndata: (.+)$/.exec(event) ?? [];
    if (!data) continue;
    events.push(JSON.parse(data));
    expect(events.at(-1)?.type).toBe(name);
  }
  return { events, types: events.map(({ type }) => type), isComplete };
}

test("a stream tells the whole message event by event, usage growing", async () => {
  await using server = await startFakeAnthropic();
  server.script({
    text: "abcdef",
    chunks: 2,
    usage: { inputTokens: 7, outputTokens: 30, cacheReadTokens: 5 },
  });
  const response = await postMessage(server, streamed);
  expect(response.headers.get("content-type")).toMatch("text/event-stream");
  expect(response.headers.get("anthropic-ratelimit-requests-remaining")).toBe("999");
  const { events, types, isComplete } = await readEvents(response);
  expect(isComplete).toBe(true);
  expect(types).toEqual([
    "message_start",
    "content_block_start",
    "ping",
    "content_block_delta",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
  ]);
  expect(events[0]).toMatchObject({
    message: {
      content: [],
      stop_reason: null,
      usage: { input_tokens: 7, output_tokens: 1, cache_read_input_tokens: 5, service_tier: "standard" },
    },
  });
  expect(events[3]).toEqual({
    type: "content_block_delta",
    index: 0,
    delta: { type: "text_delta", text: "abc" },
  });
  expect(events[6]).toEqual({
    type: "message_delta",
    delta: { container: null, stop_details: null, stop_reason: "end_turn", stop_sequence: null },
    usage: {
      input_tokens: 7,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 5,
      output_tokens: 30,
      output_tokens_details: { thinking_tokens: 0 },
      server_tool_use: null,
    },
  });
  expect(server.requests[0]).toMatchObject({ status: 200, aborted: false, outputTokensSent: 30 });
});

test("thinking and tool calls have deltas of their own", async () => {
  await using server = await startFakeAnthropic();
  server.script({
    chunks: 1,
    content: [
      { type: "thinking", thinking: "hm" },
      { type: "tool_use", name: "look", input: { at: "sky" } },
    ],
  });
  const { events } = await readEvents(await postMessage(server, streamed));
  expect(events.flatMap(({ delta, type }) => (type === "content_block_delta" ? [delta] : []))).toEqual([
    { type: "thinking_delta", thinking: "hm" },
    { type: "signature_delta", signature: expect.any(String) },
    { type: "input_json_delta", partial_json: '{"at":"sky"}' },
  ]);
});

test("a failure before the first byte is a plain answer, also to a stream", async () => {
  await using server = await startFakeAnthropic({ answer: failures.overloaded() });
  const response = await postMessage(server, streamed);
  expect([response.status, response.headers.get("content-type")]).toEqual([529, "application/json"]);
});

test("an error in the middle is an event after status 200", async () => {
  await using server = await startFakeAnthropic();
  server.script(failures.brokenStream(1));
  const response = await postMessage(server, streamed);
  expect(response.status).toBe(200);
  const { events, isComplete } = await readEvents(response);
  expect(isComplete).toBe(true);
  expect(events.filter(({ type }) => type === "content_block_delta")).toHaveLength(1);
  expect(events.at(-1)).toEqual({
    type: "error",
    error: { type: "overloaded_error", message: "Overloaded" },
    request_id: server.requests[0]?.requestId,
  });
  expect(server.requests[0]).toMatchObject({ aborted: false, outputTokensSent: 3 });
});

test("a reset in the middle breaks the connection after what was sent", async () => {
  await using server = await startFakeAnthropic();
  server.script(failures.resetStream(2));
  const { types, isComplete } = await readEvents(await postMessage(server, streamed));
  expect(isComplete).toBe(false);
  expect(types.filter((type) => type === "content_block_delta")).toHaveLength(2);
  expect(types).not.toContain("message_stop");
  expect(server.requests[0]?.aborted).toBe(false);
});

test("a stalled stream says nothing more until the client leaves", async () => {
  await using server = await startFakeAnthropic();
  server.script(failures.stalledStream(1));
  const response = await postMessage(server, streamed, { signal: AbortSignal.timeout(150) });
  const { types, isComplete } = await readEvents(response);
  expect([types.at(-1), isComplete]).toEqual(["content_block_delta", false]);
  await expect.poll(() => server.requests[0]).toMatchObject({ aborted: true, outputTokensSent: 3 });
});

test("a client that leaves ends the stream, and what it got is known", async () => {
  await using server = await startFakeAnthropic();
  server.script({ text: "x".repeat(100), chunks: 100, chunkDelayMs: 10, usage: { outputTokens: 1000 } });
  const leave = new AbortController();
  const response = await postMessage(server, streamed, { signal: leave.signal });
  const reader = response.body?.getReader();
  await reader?.read();
  await expect.poll(() => server.requests[0]?.outputTokensSent, { interval: 5 }).toBeGreaterThanOrEqual(30);
  leave.abort();
  await expect.poll(() => server.requests[0]?.aborted).toBe(true);
  const sent = server.requests[0]?.outputTokensSent ?? 0;
  expect(sent).toBeLessThan(1000);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(server.requests[0]?.outputTokensSent).toBe(sent);
});
