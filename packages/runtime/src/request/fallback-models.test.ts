import { AVAILABLE_MODELS } from "@ai-config/config-core";
import { expect, test } from "vitest";

import { effectiveOf } from "../../testing/effective.ts";
import { modelsToTry } from "./fallback-models.ts";
import type { GovernedParams } from "./governed-params.ts";

const ask: GovernedParams = { messages: [{ role: "user", content: "Hello" }] };
const [sonnet, haiku, opus] = ["claude-sonnet-5-5", "claude-haiku-5-5", "claude-opus-5-5"] as const;
const configured = effectiveOf({ model: { model: sonnet, maxTokens: 100 } });
const options = { models: AVAILABLE_MODELS, date: new Date("2026-11-23T12:00:00Z") };

test("the models of the chain come after what is wanted, each once", () => {
  expect(modelsToTry(configured, ask, [], options)).toEqual([undefined]);
  expect(modelsToTry(configured, ask, [haiku, sonnet, haiku, opus], options)).toEqual([
    undefined,
    haiku,
    opus,
  ]);
  const wanting = { ...ask, model: opus };
  expect(modelsToTry(configured, wanting, [haiku, sonnet, opus], options)).toEqual([
    undefined,
    haiku,
    sonnet,
  ]);
});

test("a model that the policy puts in the place of the wanted one is not asked again", () => {
  const limited = effectiveOf({ model: { model: sonnet } }, { allowedModels: [sonnet, haiku] });
  const wanting = { ...ask, model: opus };
  expect(modelsToTry(limited, wanting, [sonnet, haiku], options)).toEqual([undefined, haiku]);
});

test("a model that answers for a retired one is not asked again, and neither is a retired one for it", () => {
  const known = AVAILABLE_MODELS[haiku];
  if (known === undefined) throw new Error("The model is gone.");
  const lifecycle = { ...known.lifecycle, retiresOn: "2026-11-01", replacement: sonnet };
  const later = { ...options, models: { ...AVAILABLE_MODELS, [haiku]: { ...known, lifecycle } } };
  expect(modelsToTry(configured, { ...ask, model: haiku }, [sonnet, opus], later)).toEqual([undefined, opus]);
  expect(modelsToTry(configured, ask, [haiku, opus], later)).toEqual([undefined, opus]);
});

test("a retired model that nobody answers for is left out of the chain", () => {
  const known = AVAILABLE_MODELS[haiku];
  if (known === undefined) throw new Error("The model is gone.");
  const lifecycle = { ...known.lifecycle, retiresOn: "2026-11-01", replacement: null };
  const later = { ...options, models: { ...AVAILABLE_MODELS, [haiku]: { ...known, lifecycle } } };
  expect(modelsToTry(configured, ask, [haiku, opus], later)).toEqual([undefined, opus]);
});

test("a locked model has no other", () => {
  const locked = effectiveOf({}, { fields: { "model.model": { lock: sonnet } } });
  expect(modelsToTry(locked, ask, [haiku], options)).toEqual([undefined]);
});
