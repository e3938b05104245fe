import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "vitest";

import type { GovernedMessages } from "../src/index.ts";
import { ask, type GovernedTest, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
beforeAll(async () => {
  governed = await startGoverned();
});
afterAll(() => governed[Symbol.asyncDispose]());

const settings = {
  model: { model: "claude-sonnet-5-5", maxTokens: 100 },
  rateLimiting: { concurrentRequests: 1, requestsPerMinute: 1_000, burstAllowance: 100 },
};
const refusedAt = (path: string) => ({
  name: "AIConfigError",
  code: "INPUT_INVALID",
  issues: [expect.objectContaining({ path })],
});

/** Callers without types, or with what they computed. */
const untyped = (messages: GovernedMessages) =>
  messages as unknown as Record<string, (given: unknown, options?: unknown) => unknown>;

test.each<[object, string]>([
  [{ max_tokens: -1 }, "max_tokens"],
  [{ max_tokens: Number.NaN }, "max_tokens"],
  [{ max_tokens: "100" }, "max_tokens"],
  [{ max_tokens: 10.5 }, "max_tokens"],
  [{ model: "" }, "model"],
  [{ model: 5 }, "model"],
  [{ temperature: Number.NaN }, "temperature"],
  [{ temperature: -3 }, "temperature"],
  [{ top_p: 2 }, "top_p"],
  [{ top_k: 0.5 }, "top_k"],
  [{ thinking: { type: "enabled", budget_tokens: -4 } }, "thinking.budget_tokens"],
  [{ thinking: { type: "enabled" } }, "thinking.budget_tokens"],
  [{ thinking: { type: "enabled", budget_tokens: null } }, "thinking.budget_tokens"],
  [{ thinking: { type: "deep" } }, "thinking.type"],
  [{ thinking: "x" }, "thinking.type"],
  [{ stop_sequences: "END" }, "stop_sequences"],
  [{ stop_sequences: [5] }, "stop_sequences"],
  [{ output_config: 4 }, "output_config"],
  [{ output_config: { effort: "some" } }, "output_config.effort"],
  [{ service_tier: "nope" }, "service_tier"],
  [{ inference_geo: "mars" }, "inference_geo"],
  [{ speed: "warp" }, "speed"],
  [{ messages: undefined }, "messages"],
  [{ messages: "Hello" }, "messages"],
  [{ messages: [null] }, "messages.0"],
  [{ messages: [...ask.messages, "Hello"] }, "messages.1"],
  [{ stream: "yes" }, "stream"],
  [{ tools: 5 }, "tools"],
  [{ tools: {} }, "tools"],
  [{ output_config: [] }, "output_config"],
  [{ user_profile_id: "a\nb" }, "user_profile_id"],
  [{ workspace_id: 5 }, "workspace_id"],
])("a request with %j is refused at its path; nothing is sent or held", async (wrong, name) => {
  const userId = await governed.makeUser({ settings });
  const { messages } = governed.claude.forUser(userId);
  const before = governed.sent().length;
  const call = untyped(messages).create?.({ ...ask, ...wrong });
  await expect(call).rejects.toMatchObject(refusedAt(`params.${name}`));
  expect(governed.sent().length).toBe(before);
  expect((await messages.create(ask)).governed.budgets).toMatchObject(Array(3).fill({ reserved: "0" }));
  expect(governed.ledger.filter((entry) => entry.userId === userId)).toHaveLength(1);
});

test.each([[{ thinking: null }], [{ output_config: null }], [{ temperature: null }], [{ max_tokens: null }]])(
  "%j wants nothing, so what is configured applies",
  async (nothing) => {
    const userId = await governed.makeUser({ settings });
    const { messages } = governed.claude.forUser(userId);
    await untyped(messages).create?.({ ...ask, ...nothing });
    const configured = { model: "claude-sonnet-5-5", max_tokens: 100, stream: false };
    expect(governed.sent().at(-1)?.body).toEqual({ ...ask, ...configured });
  },
);

test.each([undefined, null, 5, "x"])("%j is no request", async (none) => {
  const messages = untyped(governed.claude.forUser(await governed.makeUser()).messages);
  await expect(messages.create?.(none)).rejects.toMatchObject(refusedAt("params"));
  await expect(messages.countTokens?.(none)).rejects.toMatchObject(refusedAt("params"));
  expect(() => messages.stream?.(none)).toThrow(expect.objectContaining(refusedAt("params")));
});

const circle: unknown[] = [];
circle.push(circle);
let nested: unknown[] = [];
for (let depth = 0; depth < 100_000; depth += 1) nested = [nested];
const unsendable = {
  toJSON() {
    throw new RangeError("Not now.");
  },
};

test.each([
  ["a bigint", { messages: [{ role: "user", content: 1n }] }, "messages"],
  ["a circle", { system: circle }, "system"],
  ["what cannot say what it is", { tool_choice: unsendable }, "tool_choice"],
  ["what is nested too deeply", { system: nested }, "system"],
  ["a circle that is not measured", { metadata: { user_id: "7", circle } }, "metadata"],
])("%s, which JSON cannot carry, is refused at its path before anything is held", async (_, wrong, name) => {
  const userId = await governed.makeUser({ settings });
  const { messages } = governed.claude.forUser(userId);
  const before = governed.sent().length;
  await expect(untyped(messages).create?.({ ...ask, ...wrong })).rejects.toMatchObject(
    refusedAt(`params.${name}`),
  );
  await expect(untyped(messages).countTokens?.({ ...ask, ...wrong })).rejects.toMatchObject(
    refusedAt(`params.${name}`),
  );
  expect(governed.sent().length).toBe(before);
  expect((await messages.create(ask)).governed.budgets).toMatchObject(Array(3).fill({ reserved: "0" }));
  expect(governed.ledger.filter((entry) => entry.userId === userId)).toHaveLength(1);
});

test.each([{ "x y": "1" }, { x: "a\nb" }, { "": "1" }, { x: 5 }])(
  "headers %j that HTTP cannot carry are refused before anything is held",
  async (headers) => {
    const userId = await governed.makeUser({ settings });
    const { messages } = governed.claude.forUser(userId);
    const call = messages.create(ask, { headers: headers as unknown as Record<string, string> });
    await expect(call).rejects.toMatchObject(refusedAt("headers"));
    expect(governed.ledger.filter((entry) => entry.userId === userId)).toEqual([]);
  },
);

test.each<[unknown, string]>([
  [null, "options"],
  [{ timeout: 1 }, "timeout"],
  [{ tags: null }, "tags"],
  [{ signal: "x" }, "signal"],
  [{ headers: { "Content-Length": "3" } }, "headers.content-length"],
  [{ headers: new Headers({ Host: "elsewhere.example" }) }, "headers.host"],
])("options %j are refused at their path in every way to call; nothing is held", async (wrong, path) => {
  const userId = await governed.makeUser({ settings });
  const messages = untyped(governed.claude.forUser(userId).messages);
  const before = governed.sent().length;
  await expect(messages.create?.(ask, wrong)).rejects.toMatchObject(refusedAt(path));
  await expect(messages.create?.({ ...ask, stream: true }, wrong)).rejects.toMatchObject(refusedAt(path));
  await expect(messages.countTokens?.(ask, wrong)).rejects.toMatchObject(refusedAt(path));
  expect(() => messages.stream?.(ask, wrong)).toThrow(expect.objectContaining(refusedAt(path)));
  expect(governed.sent()).toHaveLength(before);
  expect(governed.ledger.filter((entry) => entry.userId === userId)).toEqual([]);
});

test("headers that come as Headers are sent", async () => {
  const { messages } = governed.claude.forUser(await governed.makeUser({ settings }));
  await messages.create(ask, { headers: new Headers({ "anthropic-beta": "context-1m", "x-mine": "1" }) });
  const { betas, headers } = governed.sent().at(-1) ?? {};
  expect([betas, headers?.["x-mine"]]).toEqual([["context-1m"], "1"]);
});

test.each([
  [null, "fallbackModels"],
  ["claude-haiku-5-5", "fallbackModels"],
  [[5], "fallbackModels.0"],
  [["claude-haiku-5-5", ""], "fallbackModels.1"],
])("%j is no chain of models", (chain, path) => {
  const fallbackModels = chain as unknown as readonly string[];
  const refused = expect.objectContaining(refusedAt(path));
  expect(() => governed.claude.forUser(randomUUID(), { fallbackModels })).toThrow(refused);
  expect(() => governed.restart({ fallbackModels }).forUser(randomUUID())).toThrow(refused);
});

test.each([undefined, null, 5])("%j is nobody's id", (none) => {
  expect(() => governed.claude.forUser(none as unknown as string)).toThrow(
    expect.objectContaining(refusedAt("userId")),
  );
});
