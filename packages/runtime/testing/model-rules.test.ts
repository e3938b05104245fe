import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type FakeAnthropic, startFakeAnthropic } from "./index.ts";
import { hello, verdict, version } from "./post-message.ts";

let server: FakeAnthropic;
beforeAll(async () => {
  server = await startFakeAnthropic({ now: () => new Date("2026-11-23T00:00:00Z") });
});
afterAll(() => server.stop());

const alwaysThinking = [
  "claude-fable-5-2",
  "claude-mythos-5-2",
  "claude-opus-5-5",
  "claude-fable-5-1",
  "claude-mythos-5-1",
  "claude-fable-5",
  "claude-mythos-5",
];
const withSwitch = [
  "claude-haiku-5-5",
  "claude-opus-5",
  "claude-sonnet-5",
  "claude-opus-4-8",
  "claude-opus-4-7",
];
const fixed = [...alwaysThinking, ...withSwitch, "claude-sonnet-5-5"];
const fourSix = ["claude-opus-4-6", "claude-sonnet-4-6"];
const fourFive = ["claude-opus-4-5-20251101", "claude-haiku-4-5-20251001", "claude-sonnet-4-5-20250929"];
const adjustable = [...fourSix, ...fourFive];
const old = { version: version.old };

async function status(
  model: string,
  more: object,
  options: Parameters<typeof verdict>[2] = {},
): Promise<number> {
  return (await verdict(server, { ...hello, model, ...more }, options)).status;
}

describe("sampling", () => {
  test.each([...fixed, ...adjustable])("%s under 2026-10-21 knows none of the parameters", async (model) => {
    for (const [field, value] of [
      ["temperature", 1],
      ["top_p", 1],
      ["top_k", 1],
      ["temperature", null],
    ] as const) {
      expect(await verdict(server, { ...hello, model, [field]: value })).toEqual({
        status: 400,
        message: `${field}: Extra inputs are not permitted`,
      });
    }
  });

  test.each(fixed)("%s under 2023-06-01 takes only the defaults", async (model) => {
    const good = [{ temperature: 1 }, { top_p: 0.99 }, { top_p: 1 }];
    const bad = [
      { temperature: 0.99 },
      { temperature: 0 },
      { top_p: 0.98 },
      { top_k: 40 },
      { temperature: 1, top_p: 1 },
    ];
    for (const more of good) expect(await status(model, more, old)).toBe(200);
    for (const more of bad) expect(await status(model, more, old)).toBe(400);
  });

  test.each(adjustable)("%s under 2023-06-01 takes temperature or top_p, and top_k", async (model) => {
    const good = [{ temperature: 0 }, { temperature: 1, top_k: 5 }, { top_p: 0 }, { top_p: 0.5, top_k: 0 }];
    const bad = [
      { temperature: 1.01 },
      { temperature: -0.1 },
      { top_p: 1.1 },
      { top_k: -1 },
      { top_k: 1.5 },
      { temperature: "1" },
      { temperature: 0.5, top_p: 0.5 },
    ];
    for (const more of good) expect(await status(model, more, old)).toBe(200);
    for (const more of bad) expect(await status(model, more, old)).toBe(400);
  });

  test.each(adjustable)("%s while thinking takes hardly any", async (model) => {
    const thinking = { thinking: { type: "enabled", budget_tokens: 1024 }, max_tokens: 2000 };
    const good = [{}, { temperature: 1 }, { top_p: 0.95 }, { top_p: 1 }];
    const bad = [{ temperature: 0.5 }, { top_p: 0.94 }, { top_k: 5 }, { temperature: 1, top_p: 1 }];
    for (const more of good) expect(await status(model, { ...thinking, ...more }, old)).toBe(200);
    for (const more of bad) expect(await status(model, { ...thinking, ...more }, old)).toBe(400);
    const off = { thinking: { type: "disabled" }, temperature: 0.5 };
    expect(await status(model, off, old)).toBe(200);
  });

  test("adaptive thinking counts as thinking", async () => {
    const thinking = { type: "adaptive" };
    expect(await status("claude-opus-4-6", { thinking, temperature: 0.5 }, old)).toBe(400);
    expect(await status("claude-opus-4-6", { thinking, temperature: 1 }, old)).toBe(200);
  });
});

describe("thinking", () => {
  const enabled = { type: "enabled", budget_tokens: 1024 };
  const accepts = async (model: string) => {
    const types = [{ type: "adaptive" }, enabled, { type: "disabled" }, { type: "between_tools" }];
    const taken: string[] = [];
    for (const thinking of types) {
      if ((await status(model, { thinking, max_tokens: 2000 })) === 200) taken.push(thinking.type);
    }
    return taken;
  };

  test.each<[string, string[]]>([
    ...alwaysThinking.map((model): [string, string[]] => [model, ["adaptive"]]),
    ...withSwitch.map((model): [string, string[]] => [model, ["adaptive", "disabled"]]),
    ...fourSix.map((model): [string, string[]] => [model, ["adaptive", "enabled", "disabled"]]),
    ...fourFive.map((model): [string, string[]] => [model, ["enabled", "disabled"]]),
    ["claude-sonnet-5-5", ["adaptive", "between_tools"]],
  ])("%s takes %j", async (model, types) => {
    expect(await accepts(model)).toEqual(types);
  });

  test("a budget must leave room below max_tokens", async () => {
    const model = "claude-haiku-4-5";
    expect(await status(model, { thinking: enabled, max_tokens: 1025 })).toBe(200);
    expect(await status(model, { thinking: enabled, max_tokens: 1024 })).toBe(400);
  });

  test.each([
    ["claude-opus-5", "disabled"],
    ["claude-haiku-5-5", "disabled"],
    ["claude-sonnet-5-5", "between_tools"],
  ])("%s takes %s up to effort high", async (model, type) => {
    const thinking = { type };
    expect(await status(model, { thinking, output_config: { effort: "high" } })).toBe(200);
    expect(await status(model, { thinking, output_config: { effort: "xhigh" } })).toBe(400);
    expect(await status(model, { thinking, output_config: { effort: "max" } })).toBe(400);
    expect(await status(model, { output_config: { effort: "max" } })).toBe(200);
  });
});

describe("effort", () => {
  const [low, medium, high, xhigh, max] = ["low", "medium", "high", "xhigh", "max"];
  test.each<[string, (string | undefined)[]]>([
    ...fixed.map((model): [string, string[]] => [model, ["low", "medium", "high", "xhigh", "max"]]),
    ...fourSix.map((model): [string, string[]] => [model, ["low", "medium", "high", "max"]]),
    ["claude-opus-4-5", [low, medium, high]],
    ["claude-haiku-4-5", []],
    ["claude-sonnet-4-5", []],
  ])("%s takes %j", async (model, efforts) => {
    for (const effort of [low, medium, high, xhigh, max]) {
      expect(await status(model, { output_config: { effort } })).toBe(efforts.includes(effort) ? 200 : 400);
    }
    expect(await status(model, { output_config: { effort: null } })).toBe(200);
  });
});

test.each<[string, number]>([
  ...[...fixed, ...fourSix].map((model): [string, number] => [model, 128_000]),
  ...fourFive.map((model): [string, number] => [model, 64_000]),
])("%s writes at most %i tokens", async (model, limit) => {
  expect(await status(model, { max_tokens: limit })).toBe(200);
  expect((await verdict(server, { ...hello, model, max_tokens: limit + 1 })).message).toBe(
    `max_tokens: ${limit + 1} > ${limit}, which is the maximum allowed number of output tokens for ${model}`,
  );
});

test.each<[string, number]>([
  ...[...fixed, ...fourSix].map((model): [string, number] => [model, 200]),
  ...fourFive.map((model): [string, number] => [model, 400]),
])("%s with inference_geo answers %i", async (model, expected) => {
  expect(await status(model, { inference_geo: "us" })).toBe(expected);
  expect(await status(model, { inference_geo: "global" })).toBe(expected);
});

describe("speed", () => {
  const betas = "fast-mode-2026-02-01";
  test.each<[string, number, number]>([
    ["claude-opus-5-5", 200, 200],
    ["claude-opus-5", 400, 200],
    ["claude-opus-4-8", 400, 200],
    ["claude-opus-4-7", 400, 400],
    ["claude-opus-4-6", 400, 200],
    ["claude-sonnet-5-5", 400, 400],
    ["claude-fable-5-2", 400, 400],
    ["claude-haiku-4-5", 400, 400],
  ])("%s answers fast with %i, and with %i under the beta header", async (model, plain, beta) => {
    expect(await status(model, { speed: "fast" })).toBe(plain);
    expect(await status(model, { speed: "fast" }, { betas })).toBe(beta);
  });
});

describe("forced tools", () => {
  const forced = {
    tools: [{ name: "look", input_schema: { type: "object" } }],
    tool_choice: { type: "any" },
  };
  test.each<[string, number]>([
    ["claude-fable-5-2", 400],
    ["claude-fable-5-1", 400],
    ["claude-opus-5-5", 400],
    ["claude-sonnet-5-5", 400],
    ["claude-haiku-5-5", 200],
    ["claude-opus-5", 200],
    ["claude-opus-4-6", 200],
    ["claude-haiku-4-5", 200],
  ])("%s answers %i", async (model, expected) => {
    expect(await status(model, forced)).toBe(expected);
    const named = { ...forced, tool_choice: { type: "tool", name: "look" } };
    expect(await status(model, named)).toBe(expected);
    expect(await status(model, { ...forced, tool_choice: { type: "none" } })).toBe(200);
  });

  test("not while a 4.x model thinks", async () => {
    expect(await status("claude-opus-4-6", { ...forced, thinking: { type: "adaptive" } })).toBe(400);
  });
});

test.each<[string, number]>([
  ["claude-opus-5-5", 400],
  ["claude-sonnet-4-6", 400],
  ["claude-haiku-4-5", 200],
])("%s answers a begun answer with %i", async (model, expected) => {
  const messages = [...hello.messages, { role: "assistant", content: "I" }];
  expect(await status(model, { messages })).toBe(expected);
});
