import {
  AIConfigError,
  type AIConfiguration,
  API_VERSIONS,
  type ApiVersion,
  AVAILABLE_MODELS,
  COMPILER_RULES,
  type CompiledMessage,
  type CompilerRule,
  compileMessageParams,
  DEFAULT_AI_CONFIGURATION,
  findModel,
} from "@ai-config/config-core";
import Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { type FakeAnthropic, startFakeAnthropic } from "./fake-anthropic.ts";
import { PARAMETER_MIXES } from "./parameter-mixes.ts";

const DATE = new Date("2026-11-23T12:00:00Z");
const AFTER_RETIREMENT = new Date("2026-11-30T00:00:00Z");
const MESSAGES = [{ role: "user" as const, content: "Hello" }];

let fake: FakeAnthropic;
beforeAll(async () => {
  // The SDK warns of deprecated models on the console, once for each of thousands of calls.
  vi.spyOn(console, "warn").mockReturnValue();
  fake = await startFakeAnthropic();
});
afterAll(() => fake.stop());

interface Case {
  configuration: AIConfiguration;
  apiVersion: ApiVersion;
  /** When it is sent: while its model lived. */
  date: Date;
}

interface Sent extends CompiledMessage {
  date: Date;
}

const names = Object.values(AVAILABLE_MODELS).flatMap(({ id, aliases, lifecycle: { retiresOn } }) => {
  const lastDay = new Date(Date.parse(retiresOn ?? "") - 1);
  const date = lastDay < DATE ? lastDay : DATE;
  return [id, ...aliases].map((model) => ({ model, date }));
});

const cases: readonly Case[] = names.flatMap(({ model, date }) =>
  PARAMETER_MIXES.flatMap((mix) =>
    API_VERSIONS.flatMap((apiVersion) =>
      [true, false].map((streaming) => ({
        configuration: {
          ...DEFAULT_AI_CONFIGURATION,
          model: { ...mix, model, streaming },
        } as AIConfiguration,
        apiVersion,
        date,
      })),
    ),
  ),
);

const compiled = (
  { configuration, apiVersion, date }: Case,
  { rules, at = date }: { rules?: readonly CompilerRule[]; at?: Date } = {},
): Sent => ({
  ...compileMessageParams(configuration, { apiVersion, date: at, ...(rules && { rules }) }),
  date: at,
});

test("there are at least forty mixes, and every model of the catalogue", () => {
  expect(PARAMETER_MIXES.length).toBeGreaterThanOrEqual(40);
  expect(new Set(PARAMETER_MIXES.map((mix) => JSON.stringify(mix))).size).toBe(PARAMETER_MIXES.length);
  expect(cases.length).toBe(names.length * PARAMETER_MIXES.length * 4);
});

test("the API refuses nothing that was compiled, sent raw", async () => {
  expect(
    await refusals(
      cases.map((one) => compiled(one)),
      sendRaw,
    ),
  ).toEqual([]);
}, 180_000);

test("the official SDK sends all of it, and nothing is refused", async () => {
  expect(
    await refusals(
      cases.map((one) => compiled(one)),
      sendBySdk,
    ),
  ).toEqual([]);
}, 180_000);

test("once a model is retired, calls go to its replacement and are not refused", async () => {
  const sonnet = "claude-sonnet-4-5-20250929";
  const gone = cases.filter(({ date, configuration: { model } }) => date < DATE || model.model === sonnet);
  const messages = gone.map((one) => compiled(one, { at: AFTER_RETIREMENT }));
  expect(new Set(messages.map(({ params }) => params.model))).toEqual(
    new Set(["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"]),
  );
  expect(await refusals(messages, sendBySdk)).toEqual([]);
});

test("each difference from the configuration has an adjustment, and nothing else has", () => {
  for (const one of cases) {
    const message = compiled(one);
    const { model } = one.configuration;
    const { params } = message;
    const differing = [
      ["model.model", findModel(model.model)?.id, params.model],
      ["model.maxTokens", model.maxTokens, params.max_tokens],
      ["model.streaming", model.streaming, params.stream],
      ["model.temperature", model.temperature, params.temperature],
      ["model.topP", model.topP, params.top_p],
      ["model.topK", model.topK, params.top_k],
      ["model.stopSequences", model.stopSequences ?? [], params.stop_sequences ?? []],
      ["model.effort", model.effort, params.output_config?.effort],
      ["model.serviceTier", model.serviceTier, params.service_tier],
      ["model.speed", model.speed ?? "standard", params.speed ?? "standard"],
      ["model.inferenceGeo", model.inferenceGeo, params.inference_geo],
      ["model.thinking", meaningOf(model), thinkingIn(message)],
    ].filter(([, from, to]) => JSON.stringify(from) !== JSON.stringify(to));
    const adjusted = new Set(message.adjustments.map(({ path }) => path));
    expect({ model, adjusted: [...adjusted].sort() }).toEqual({
      model,
      adjusted: differing.map(([path]) => path).sort(),
    });
    for (const { message: words } of message.adjustments) expect(words).toMatch(/^[\w"].*\.$/);
  }
});

test.each(COMPILER_RULES.map((rule) => ({ rule, id: rule.id })))(
  "without the rule “$id” something is refused",
  async ({ rule }) => {
    const others = COMPILER_RULES.filter((one) => one !== rule);
    const changed = cases.flatMap((one) => {
      const [whole, without] = [compiled(one), compiled(one, { rules: others })];
      return JSON.stringify(whole.params) === JSON.stringify(without.params) ? [] : [without];
    });
    expect((await refusals(changed, sendBySdk)).length).toBeGreaterThan(0);
  },
  180_000,
);

test("a retired model fails where the configuration says so, with a code and the day", () => {
  const model = { ...DEFAULT_AI_CONFIGURATION.model, onRetiredModel: "fail" as const };
  const configuration = { ...DEFAULT_AI_CONFIGURATION, model };
  const compileAt = (date: Date) => compileMessageParams(configuration, { apiVersion: "2026-10-21", date });
  expect(compileAt(DATE).params.model).toBe("claude-sonnet-4-5-20250929");
  let error: unknown;
  try {
    compileAt(AFTER_RETIREMENT);
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(AIConfigError);
  expect(error).toMatchObject({
    code: "MODEL_RETIRED",
    issues: [{ path: "model.model", message: expect.stringContaining("2026-11-30") }],
  });
});

/** "off" for a model that is known not to think needs no parameter. */
function meaningOf({ thinking, model }: AIConfiguration["model"]): unknown {
  return thinking === "off" && findModel(model)?.thinkingTypes.length === 0 ? undefined : thinking;
}

function thinkingIn({ params: { thinking } }: CompiledMessage): unknown {
  if (thinking?.type === "enabled") return thinking.budget_tokens;
  return thinking?.type === "disabled" ? "off" : thinking?.type;
}

type Send = (message: CompiledMessage) => Promise<string | undefined>;

/** What is refused, with the reason, of what is sent at different times. */
async function refusals(messages: readonly Sent[], send: Send): Promise<string[]> {
  const found: string[] = [];
  for (const [time, sent] of Map.groupBy(messages, ({ date }) => date.getTime())) {
    fake.setClock(new Date(time));
    found.push(...(await refusalsNow(sent, send)));
  }
  return found;
}

/** A few at a time. */
async function refusalsNow(messages: readonly CompiledMessage[], send: Send): Promise<string[]> {
  const found: string[] = [];
  const distinct = [
    ...new Map(
      messages.map((message) => [JSON.stringify([message.params, message.headers]), message]),
    ).values(),
  ];
  const queue = distinct.values();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const message of queue) {
        const refusal = await send(message);
        if (refusal !== undefined) found.push(`${JSON.stringify(message.params)}: ${refusal}`);
      }
    }),
  );
  return found;
}

async function sendRaw({ params, headers }: CompiledMessage): Promise<string | undefined> {
  const answer = await fetch(`${fake.url}/v1/messages`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json", "x-api-key": "sk-ant-test" },
    body: JSON.stringify({ ...params, messages: MESSAGES }),
  });
  const text = await answer.text();
  return answer.ok ? undefined : text;
}

async function sendBySdk({ params, headers }: CompiledMessage): Promise<string | undefined> {
  const client = new Anthropic({ apiKey: "sk-ant-test", baseURL: fake.url, maxRetries: 0, logLevel: "off" });
  try {
    const body = { ...params, messages: MESSAGES } as Anthropic.MessageCreateParams;
    const answer = await client.messages.create(body, { headers });
    if (Symbol.asyncIterator in answer)
      for await (const event of answer) if (event.type === "message_stop") break;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
