import { startFakeAnthropic } from "@ai-config/runtime/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

const message = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-5-5",
  content: [{ type: "text", text: "Hello" }],
  stop_reason: "end_turn",
  usage: { input_tokens: 5, output_tokens: 5 },
};

let api: TestApi;
let dana: Person;
let answer: object = message;
beforeAll(async () => {
  await using anthropic = await startFakeAnthropic();
  // Whoever stands between us and Anthropic, answering as it likes.
  const outgoing: typeof fetch = async (url, init) =>
    String(url).endsWith("/messages") ? Response.json(answer) : fetch(url, init);
  api = await startApi({
    environment: { ANTHROPIC_API_BASE_URL: `${anthropic.url}/v1` },
    fetch: outgoing,
  });
  dana = new Person(api.url);
  await dana.signUp("dana@acme.example", { name: "Dana" });
  const owner = { type: "user" };
  await call("key.rotate", { owner, newKey: `sk-ant-api03-${"k".repeat(40)}` });
  await call("configuration.update", {
    owner,
    configName: "default",
    updates: { model: { model: "claude-sonnet-5-5", maxTokens: 50 }, retryStrategy: { maxRetries: 0 } },
  });
});
afterAll(() => api[Symbol.asyncDispose]());

const call = (name: string, input: object) => dana.json("POST", `/api/trpc/${name}`, input);

test.each<[string, object, object]>([
  ["without usage", { usage: undefined }, { inputTokens: 0, outputTokens: 0 }],
  ["with usage of nothing", { usage: null }, { inputTokens: 0, outputTokens: 0 }],
  ["with fewer tokens than none", { usage: { input_tokens: -5, output_tokens: 5 } }, { inputTokens: 0 }],
  ["with tokens in words", { usage: { input_tokens: "5", output_tokens: 5 } }, { inputTokens: 0 }],
  ["without a model", { model: undefined }, { model: "claude-sonnet-5-5", inputTokens: 5 }],
])("the test call shows an answer %s", async (_, more, expected) => {
  answer = { ...message, ...more };
  expect(await call("claude.test", { prompt: "Hi" })).toMatchObject({
    status: 200,
    body: { result: { data: { text: "Hello", ...expected } } },
  });
});

test.each<[string, unknown]>([
  ["no content", undefined],
  ["content of nothing", null],
  ["a block of nothing", [null]],
])(
  "the test call says that Anthropic cannot answer where the answer has %s, and books it",
  async (_, content) => {
    const paid = async () => {
      const [row] = await api.test.owner`
      select count(*)::int as count from public.ai_usage_events where outcome = 'error' and cost > 0`;
      return row?.count as number;
    };
    const before = await paid();
    answer = { ...message, content };
    expect(await call("claude.test", { prompt: "Hi" })).toMatchObject({
      status: 503,
      body: { error: { data: { aiConfig: { code: "PROVIDER_UNAVAILABLE" } } } },
    });
    await expect.poll(paid).toBe(before + 1);
  },
);
