import { afterAll, beforeAll, expect, test } from "vitest";

import { createGovernedClaude } from "../src/index.ts";
import { ask, type GovernedTest, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
beforeAll(async () => {
  governed = await startGoverned();
});
afterAll(() => governed[Symbol.asyncDispose]());

test("a call gets its settings from the configuration, and says what governed it", async () => {
  const { claude, server } = governed;
  const settings = { model: { model: "claude-sonnet-4-6", maxTokens: 300, temperature: 0.2 } };
  const userId = await governed.makeUser({ settings });
  server.script({ text: "Hi there", usage: { inputTokens: 10, outputTokens: 20 } });
  const message = await claude.forUser(userId).messages.create(ask, { label: "greeting" });

  expect(message).toMatchObject({ type: "message", content: [{ type: "text", text: "Hi there" }] });
  expect(governed.sent().at(-1)).toMatchObject({
    apiVersion: "2023-06-01",
    body: { model: "claude-sonnet-4-6", max_tokens: 300, temperature: 0.2, stream: false, ...ask },
  });
  // 10 tokens at $3 and 20 at $15 a million.
  const cost = "0.00033";
  expect(message.governed).toMatchObject({
    userId,
    organizationId: null,
    configurationVersion: expect.stringMatching(/^[\w-]{24}$/),
    isStale: false,
    outcome: "success",
    model: "claude-sonnet-4-6",
    apiVersion: "2023-06-01",
    keySlot: "primary",
    adjustments: [{ path: "model.topP", code: "sampling_one_of_two" }],
    cost: { amount: cost, basis: "exact" },
    attempts: [{ status: 200, failure: null, requestId: governed.sent().at(-1)?.requestId }],
    waits: [],
  });
  expect(message.governed.budgets).toMatchObject([
    { period: "daily", limit: "100", spent: cost, reserved: "0" },
    { period: "weekly", limit: "500", spent: cost, reserved: "0" },
    { period: "monthly", limit: "2000", spent: cost, reserved: "0" },
  ]);
  expect(governed.ledger.at(-1)).toMatchObject({
    id: message.governed.id,
    userId,
    outcome: "success",
    attempts: 1,
    inputTokens: 10,
    outputTokens: 20,
    cost,
    costBasis: "exact",
    stopReason: "end_turn",
    anthropicRequestIds: [message._request_id],
    label: "greeting",
    isStream: false,
  });
  expect(JSON.stringify(message)).not.toContain("governed");
});

test("an answer that may take long is streamed and put together", async () => {
  const { claude, server } = governed;
  const userId = await governed.makeUser();
  const content = [
    { type: "thinking" as const, thinking: "Let me see." },
    { type: "text" as const, text: "Hello from afar" },
    { type: "tool_use" as const, name: "look", input: { at: ["sky", 1] } },
  ];
  server.script({ content, usage: { inputTokens: 7, outputTokens: 90, cacheReadTokens: 5 } });
  const message = await claude.forUser(userId).messages.create({ ...ask, model: "claude-sonnet-5-5" });
  expect(governed.sent().at(-1)?.body).toMatchObject({ stream: true, max_tokens: 4096 });
  expect(message).toMatchObject({
    content: [
      { type: "thinking", thinking: "Let me see.", signature: expect.stringMatching(/.+/) },
      { type: "text", text: "Hello from afar" },
      { type: "tool_use", name: "look", input: { at: ["sky", 1] } },
    ],
    stop_reason: "tool_use",
    usage: { input_tokens: 7, output_tokens: 90, cache_read_input_tokens: 5 },
    _request_id: governed.sent().at(-1)?.requestId,
  });
  expect(message.governed.cost).toEqual({ amount: "0.0009145", basis: "exact" });
  expect(governed.ledger.at(-1)).toMatchObject({ cacheReadTokens: 5, outputTokens: 90 });
});

test("a stream is the SDK's, and tells at its end what governed it", async () => {
  const { claude, server } = governed;
  const userId = await governed.makeUser();
  server.script({ text: "Piece by piece", usage: { inputTokens: 10, outputTokens: 20 } });
  const stream = await claude
    .forUser(userId)
    .messages.create({ ...ask, model: "claude-sonnet-5-5", stream: true });
  let text = "";
  for await (const event of stream) {
    if (event.type === "content_block_delta" && event.delta.type === "text_delta") text += event.delta.text;
  }
  expect(text).toBe("Piece by piece");
  expect(await stream.governed).toMatchObject({
    outcome: "success",
    cost: { amount: "0.00022", basis: "exact" },
  });
  expect(governed.ledger.at(-1)).toMatchObject({ isStream: true, outcome: "success" });
  expect(await governed.figures(userId)).toMatchObject(Array(3).fill({ spent: "0.00022", reserved: "0" }));
});

test("the stream helper is the SDK's too", async () => {
  const { claude, server } = governed;
  const userId = await governed.makeUser();
  server.script({ text: "Piece by piece", usage: { inputTokens: 10, outputTokens: 20 } });
  const pieces: string[] = [];
  const stream = claude
    .forUser(userId)
    .messages.stream({ ...ask, model: "claude-sonnet-5-5", max_tokens: 500 })
    .on("text", (piece) => void pieces.push(piece));
  expect(await stream.finalText()).toBe("Piece by piece");
  expect(pieces.length).toBeGreaterThan(1);
  expect(await stream.governed).toMatchObject({ outcome: "success", cost: { amount: "0.00022" } });
  expect(governed.sent().at(-1)?.body).toMatchObject({ max_tokens: 500, stream: true });
});

test("counting tokens takes a turn, and costs nothing", async () => {
  const { claude } = governed;
  const userId = await governed.makeUser();
  const count = await claude.forUser(userId).messages.countTokens({ ...ask, model: "claude-sonnet-5-5" });
  expect(count).toEqual({ input_tokens: 3 });
  expect(count.governed).toMatchObject({ cost: { amount: "0", basis: "exact" }, budgets: [] });
  expect(governed.ledger.at(-1)).toMatchObject({ userId, cost: "0", attempts: 1 });
});

test("without a key nothing is asked for, and nothing sent", async () => {
  const { claude, ledger } = governed;
  const userId = await governed.makeUser({ key: null });
  const before = [governed.sent().length, ledger.length];
  await expect(claude.forUser(userId).messages.create(ask)).rejects.toMatchObject({ code: "KEY_MISSING" });
  expect([governed.sent().length, ledger.length]).toEqual(before);
});

test("an answer of every kind can be asked for with the response that brought it", async () => {
  const { claude } = governed;
  const userId = await governed.makeUser();
  const { messages } = claude.forUser(userId);
  const short = { ...ask, model: "claude-sonnet-5-5", max_tokens: 100 };
  const asked = [
    () => messages.create(short),
    // One that is streamed and put together.
    () => messages.create({ ...short, max_tokens: 4_000 }),
    () => messages.create({ ...short, stream: true }),
    () => messages.countTokens(ask),
  ];
  for (const make of asked) {
    const { data, response, request_id } = await make().withResponse();
    expect(response.status).toBe(200);
    expect(request_id).toBe(governed.sent().at(-1)?.requestId);
    expect(response.headers.get("request-id")).toBe(request_id);
    expect(data).toHaveProperty("governed");
    const whole = await make().asResponse();
    expect(whole.headers.get("request-id")).toBe(governed.sent().at(-1)?.requestId);
    expect(await whole.text()).toMatch(
      whole.headers.get("content-type") === "text/event-stream" ? /^event: message_start\ndata: / : /^\{/,
    );
  }
  await expect(messages.create({ ...short, max_tokens: -1 }).withResponse()).rejects.toMatchObject({
    code: "INPUT_INVALID",
  });
});

test("what is no option is refused at its path, before anything is asked", () => {
  const userId = "00000000-0000-4000-8000-000000000001";
  const refusal = (make: () => unknown) => {
    try {
      make();
    } catch (error) {
      return error;
    }
    return undefined;
  };
  const of = (given: unknown, id: unknown = userId) =>
    refusal(() => governed.claude.forUser(id as string, given as object));
  const at = (path: string) => ({ code: "INPUT_INVALID", issues: [{ path }] });
  expect(of({}, "nobody")).toMatchObject(at("userId"));
  expect(of({ organizationId: "nope" })).toMatchObject(at("organizationId"));
  expect(of({ organisationId: userId })).toMatchObject(at("organisationId"));
  expect(of({ fallbackModels: [""] })).toMatchObject(at("fallbackModels.0"));
  expect(of(null)).toMatchObject(at("options"));
  for (const [path, value] of [
    ["leaseMs", 0],
    ["leaseMs", "60000"],
    ["limitWaitMs", -1],
    ["limitWaitMs", Number.NaN],
    ["limitWaitMs", 2 ** 31],
    ["fallbackModels", "claude-sonnet-5-5"],
    ["timeout", 1],
  ] as const) {
    const options = { service: governed.ctx, [path]: value };
    expect(refusal(() => createGovernedClaude(options as never))).toMatchObject(at(path));
  }
});

test("a fallback model that the catalogue does not know is told once, without what it may hold", () => {
  const said: unknown[][] = [];
  const service = { ...governed.ctx, log: (...words: unknown[]) => void said.push(words) };
  governed.restart({
    service,
    fallbackModels: ["claude-haiku-5-5", "claude-of-tomorrow", "sk-ant-api03-abcdef"],
  });
  expect(said).toEqual([
    ["warn", expect.stringContaining("fallback model claude-of-tomorrow."), { code: "MODEL_UNKNOWN" }],
    ["warn", expect.stringContaining("fallback model [secret]."), { code: "MODEL_UNKNOWN" }],
  ]);
});
