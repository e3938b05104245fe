import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type FakeAnthropic, startFakeAnthropic } from "./index.ts";
import { hello, verdict, version } from "./post-message.ts";

let server: FakeAnthropic;
beforeAll(async () => {
  server = await startFakeAnthropic({ now: () => new Date("2026-11-23T00:00:00Z") });
});
afterAll(() => server.stop());

const user = (content: unknown) => ({ messages: [{ role: "user", content }] });
const tool = { name: "look", input_schema: { type: "object" } };
const mark = { type: "ephemeral" };
const document = { type: "document", source: { type: "text", media_type: "text/plain", data: "x" } };

describe("accepted by every model", () => {
  test.each<[string, object]>([
    ["blocks", user([{ type: "text", text: "Hello", cache_control: { type: "ephemeral", ttl: "1h" } }])],
    ["an image", user([{ type: "image", source: { type: "url", url: "https://example.com/a.png" } }])],
    ["a document", user([document])],
    ["system text", { system: "Be kind." }],
    ["system blocks", { system: [{ type: "text", text: "Be kind." }] }],
    ["metadata", { metadata: { user_id: "user-1" } }],
    ["stop sequences", { stop_sequences: ["END", " x"] }],
    ["tools", { tools: [tool], tool_choice: { type: "auto", disable_parallel_tool_use: true } }],
    ["server tools", { tools: [{ type: "web_search_20260318", name: "web_search", max_uses: 3 }] }],
    ["service tier", { service_tier: "standard_only" }],
    ["structured output", { output_config: { format: { type: "json_schema", schema: {} } } }],
    ["nulls of nullable fields", { inference_geo: null, speed: null, cache_control: null, container: null }],
  ])("%s", async (_, more) => {
    expect(await verdict(server, { ...hello, ...more })).toEqual({ status: 200 });
  });
});

describe("refused by every model", () => {
  test.each<[string, object]>([
    ["model: Field required", { model: undefined }],
    ["max_tokens: Field required", { max_tokens: undefined }],
    ["max_tokens: Input should be a valid integer", { max_tokens: "10" }],
    ["max_tokens: Input should be a valid integer", { max_tokens: 1.5 }],
    ["max_tokens: Input should be greater than or equal to 0", { max_tokens: -1 }],
    ["messages: Field required", { messages: undefined }],
    ["messages: at least one message is required", { messages: [] }],
    ["messages: Input should be a valid list", { messages: "Hello" }],
    [
      "messages.0.role: Input should be 'user', 'assistant', 'system'",
      { messages: [{ role: "tool", content: "x" }] },
    ],
    ['messages: first message must use the "user" role', { messages: [{ role: "assistant", content: "x" }] }],
    ["messages.0.content: Field required", { messages: [{ role: "user" }] }],
    ["messages.0.content: a message must have content", user("")],
    ["messages.0.content: a message must have content", user([])],
    [
      "messages.0.name: Extra inputs are not permitted",
      { messages: [{ role: "user", content: "x", name: "y" }] },
    ],
    ["messages.0.content.0: text content blocks must be non-empty", user([{ type: "text", text: "" }])],
    ["messages.0.content.0.image.source: Field required", user([{ type: "image" }])],
    [
      "messages.0.content.0.cache_control.ttl: Input should be '5m', '1h'",
      user([{ type: "text", text: "x", cache_control: { type: "ephemeral", ttl: "2h" } }]),
    ],
    [
      "A maximum of 4 blocks with cache_control may be provided. Found 5.",
      user([1, 2, 3, 4, 5].map(() => ({ type: "text", text: "x", cache_control: mark }))),
    ],
    ["system.0: text content blocks must be non-empty", { system: [{ type: "text", text: "" }] }],
    ["system: Input should be a valid list", { system: null }],
    ["metadata.team: Extra inputs are not permitted", { metadata: { team: "x" } }],
    ["stop_sequences: each stop sequence must contain non-whitespace", { stop_sequences: ["END", " \n"] }],
    ["stop_sequences: Input should be a valid list", { stop_sequences: "END" }],
    ["stream: Input should be a valid boolean", { stream: "yes" }],
    ["service_tier: Input should be 'auto', 'standard_only'", { service_tier: "priority" }],
    ["speed: Input should be 'standard', 'fast'", { speed: "faster" }],
    ["inference_geo: Input should be 'us', 'global'", { inference_geo: "eu" }],
    [
      "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh', 'max'",
      { output_config: { effort: "min" } },
    ],
    ["output_config.budget: Extra inputs are not permitted", { output_config: { budget: 1 } }],
    [
      "thinking.type: Input should be 'enabled', 'adaptive', 'disabled', 'between_tools'",
      { thinking: { type: "on" } },
    ],
    ["thinking.type: Field required", { thinking: {} }],
    ["thinking.enabled.budget_tokens: Field required", { thinking: { type: "enabled" } }],
    [
      "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024",
      { thinking: { type: "enabled", budget_tokens: 1023 } },
    ],
    [
      "thinking.adaptive.budget_tokens: Extra inputs are not permitted",
      { thinking: { type: "adaptive", budget_tokens: 2048 } },
    ],
    ["tools.0.custom.input_schema: Field required", { tools: [{ name: "look" }] }],
    [
      "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,128}$'",
      { tools: [{ ...tool, name: "a b" }] },
    ],
    ["tools: Tool names must be unique.", { tools: [tool, tool] }],
    ["tools.0.custom.parameters: Extra inputs are not permitted", { tools: [{ ...tool, parameters: {} }] }],
    ["tool_choice: may only be specified while providing tools", { tool_choice: { type: "auto" } }],
    [
      "tool_choice: Tool 'see' not found in provided tools",
      { tools: [tool], tool_choice: { type: "tool", name: "see" } },
    ],
    ["effort: Extra inputs are not permitted", { effort: "high" }],
    ["context_management: Extra inputs are not permitted", { context_management: {} }],
    ["max_retries: Extra inputs are not permitted", { max_retries: 2 }],
  ])("%s", async (message, more) => {
    expect(await verdict(server, { ...hello, ...more })).toEqual({ status: 400, message });
  });
});

test("2026-10-21 refuses documents of the assistant and citations of the user, 2023-06-01 takes them", async () => {
  const assistant = {
    messages: [...hello.messages, { role: "assistant", content: [document] }, ...hello.messages],
  };
  const cited = user([{ type: "text", text: "x", citations: [{}] }]);
  for (const more of [assistant, cited]) {
    expect((await verdict(server, { ...hello, ...more })).status).toBe(400);
    expect((await verdict(server, { ...hello, ...more }, { version: version.old })).status).toBe(200);
  }
});

test("a refused request takes no scripted step", async () => {
  server.script({ text: "for the good one" });
  await verdict(server, { ...hello, max_tokens: -1 });
  expect(server.pendingSteps()).toHaveLength(1);
  await verdict(server, hello);
  expect(server.pendingSteps()).toEqual([]);
});
