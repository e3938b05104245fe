import { AVAILABLE_MODELS } from "@ai-config/config-core";
import { expect, test } from "vitest";

import { effectiveOf } from "../../testing/effective.ts";
import { bodyOf, compileTurn } from "./compile-turn.ts";
import type { GovernedParams } from "./governed-params.ts";

const ask: GovernedParams = { messages: [{ role: "user", content: "Hello" }] };
const options = { models: AVAILABLE_MODELS, date: new Date("2026-11-23T12:00:00Z") };
const sonnet = effectiveOf({ model: { model: "claude-sonnet-4-6", maxTokens: 300, temperature: 0.3 } });
const sent = (params: GovernedParams, effective = sonnet) =>
  bodyOf(params, compileTurn(effective, params, options), false);

test("what the call leaves out comes from the configuration, and is compiled once", () => {
  expect(sent(ask)).toEqual({
    ...ask,
    model: "claude-sonnet-4-6",
    max_tokens: 300,
    temperature: 0.3,
    stream: false,
  });
  expect(compileTurn(sonnet, ask, options)).toBe(compileTurn(sonnet, ask, options));
  const haiku = { ...options, model: "claude-haiku-5-5" };
  expect(compileTurn(sonnet, ask, haiku)).toBe(compileTurn(sonnet, ask, haiku));
  const others = { ...options, models: { ...AVAILABLE_MODELS } };
  expect(compileTurn(sonnet, ask, others)).not.toBe(compileTurn(sonnet, ask, options));
});

test("what was compiled is good until midnight, when models retire", () => {
  const known = AVAILABLE_MODELS["claude-sonnet-4-6"];
  if (known === undefined) throw new Error("The model is gone.");
  const lifecycle = { ...known.lifecycle, retiresOn: "2026-11-24", replacement: "claude-sonnet-5-5" };
  const models = { ...AVAILABLE_MODELS, [known.id]: { ...known, lifecycle } };
  const model = (time: string) => compileTurn(sonnet, ask, { models, date: new Date(time) }).model;
  expect(model("2026-11-23T00:00:00Z")).toBe("claude-sonnet-4-6");
  expect(model("2026-11-23T23:59:59.999Z")).toBe("claude-sonnet-4-6");
  expect(model("2026-11-24T00:00:00Z")).toBe("claude-sonnet-5-5");
  // A clock may be set back.
  expect(model("2026-11-23T23:59:59.999Z")).toBe("claude-sonnet-4-6");
});

test("what it says counts, each field for itself", () => {
  expect(sent({ ...ask, top_p: 0.5, temperature: null })).toMatchObject({ top_p: 0.5 });
  expect(sent({ ...ask, top_p: 0.5 })).not.toHaveProperty("temperature");
  expect(sent({ ...ask, temperature: null })).toMatchObject({ temperature: 0.3 });
  expect(sent({ ...ask, system: "Be kind.", metadata: { user_id: "7" } })).toMatchObject({
    system: "Be kind.",
    metadata: { user_id: "7" },
  });
  expect(sent({ ...ask, max_tokens: 999_999_999 }).max_tokens).toBe(128_000);
});

test("thinking is said in the model's own way, and shown as the caller wants it", () => {
  const thinking = { type: "adaptive", display: "summarized" } as const;
  expect(sent({ ...ask, thinking }).thinking).toEqual(thinking);
  const haiku = { ...ask, model: "claude-haiku-4-5", max_tokens: 3_000 };
  expect(sent({ ...haiku, thinking: { type: "enabled", budget_tokens: 1_024 } }).thinking).toEqual({
    type: "enabled",
    budget_tokens: 1_024,
  });
  const off = { ...ask, model: "claude-sonnet-5-5", thinking: { type: "disabled" } } as const;
  expect(sent(off).thinking).toEqual({ type: "between_tools" });
  const between = { ...off, thinking: { type: "between_tools" } } as const;
  expect(sent(between).thinking).toEqual({ type: "between_tools" });
  expect(sent({ ...between, model: "claude-opus-5" }).thinking).toEqual({ type: "disabled" });
});

test("effort goes where the model has it; the rest of that field stays the caller's", () => {
  const format = { type: "json_schema", schema: { type: "object" } } as const;
  const output_config = { effort: "low", format } as const;
  expect(sent({ ...ask, output_config }).output_config).toEqual({ effort: "low", format });
  const without = sent({ ...ask, model: "claude-haiku-4-5", output_config });
  expect(without.output_config).toEqual({ format });
});

test("an answer that may take longer than a connection waits comes in pieces", () => {
  const turn = (maxTokens: number, connectionTimeout: number) =>
    compileTurn(effectiveOf({ model: { maxTokens }, timeouts: { connectionTimeout } }), ask, options)
      .isStreamed;
  expect([turn(355, 10_000), turn(356, 10_000), turn(4_096, 120_000)]).toEqual([false, true, false]);
});

test("a model of the chain gets the request that fits it", () => {
  const turn = compileTurn(sonnet, ask, { ...options, model: "claude-haiku-5-5" });
  expect(turn).toMatchObject({ model: "claude-haiku-5-5", apiVersion: "2026-10-21" });
  expect(turn.params).not.toHaveProperty("temperature");
});
