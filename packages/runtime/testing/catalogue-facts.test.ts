import { BUILT_IN_MODELS, type ModelEntry } from "@ai-config/config-core";
import { expect, test } from "vitest";

import { findModel, type ModelFacts, modelFacts } from "./model-facts.ts";

/** Limits of the product's contract that are not Anthropic's. */
const CONTRACT_LIMITS: Readonly<Record<string, number>> = { "claude-sonnet-4-5-20250929": 4096 };

test("both know the same models, by the same names", () => {
  const ids = (models: readonly { id: string }[]) => models.map(({ id }) => id).sort();
  expect(ids(BUILT_IN_MODELS)).toEqual(ids(modelFacts));
  for (const { id, aliases } of BUILT_IN_MODELS)
    for (const alias of aliases) expect(findModel(alias)?.id).toBe(id);
});

test.each(BUILT_IN_MODELS.map((entry) => [entry.id, entry] as const))(
  "what the catalogue says of %s agrees with what was written down without it",
  (id, entry) => {
    expect(saidByCatalogue(entry)).toEqual(written(findModel(id) as ModelFacts));
  },
);

function saidByCatalogue(entry: ModelEntry) {
  const { thinkingTypes, geoMultipliers, lifecycle } = entry;
  return {
    retiresOn: lifecycle.retiresOn,
    contextWindow: entry.contextWindow,
    outputLimit: entry.outputLimit,
    isFixedSampling: entry.sampling === "none",
    // A model that cannot think takes the word "disabled", which says nothing.
    thinking: thinkingTypes.length === 0 ? ["disabled"] : [...thinkingTypes].sort(),
    efforts: entry.efforts,
    effortWithoutThinking: entry.effortWithoutThinking,
    isFast: entry.fastMultiplier !== null,
    hasRegions: Object.keys(geoMultipliers).length > 0,
    isNewTokenizer: entry.tokenFactor > 1,
  };
}

function written(facts: ModelFacts): ReturnType<typeof saidByCatalogue> {
  return {
    retiresOn: facts.retires ?? null,
    contextWindow: facts.contextTokens,
    outputLimit: CONTRACT_LIMITS[facts.id] ?? facts.maxOutputTokens,
    isFixedSampling: facts.sampling === "fixed",
    thinking: [...facts.thinking].sort(),
    efforts: [...facts.efforts],
    effortWithoutThinking: facts.effortMaxWithoutThinking ?? null,
    // Fast mode that is served and billed as standard is none.
    isFast: facts.fast === "beta" || facts.fast === "general",
    hasRegions: facts.inferenceGeo,
    isNewTokenizer: facts.tokensPerCharacter > 0.25,
  };
}
