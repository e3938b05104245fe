import type { ModelInfo } from "../catalogue/models.ts";

/** A stand-in that promises nothing but the output that is asked for. */
export function unknownModel(id: string): ModelInfo {
  return {
    id,
    aliases: [],
    displayName: id,
    contextWindow: Number.MAX_SAFE_INTEGER,
    outputLimit: Number.MAX_SAFE_INTEGER,
    prices: [],
    batchMultiplier: null,
    fastMultiplier: null,
    geoMultipliers: {},
    tokenFactor: 1.3,
    sampling: "none",
    thinkingTypes: [],
    thinksByDefault: true,
    efforts: [],
    defaultEffort: null,
    effortWithoutThinking: null,
    supportedFeatures: [],
    lifecycle: { deprecatedOn: null, retiresOn: null, retiresNotBefore: null, replacement: null },
    source: "unknown",
    costPer1kInputTokens: undefined,
    costPer1kOutputTokens: undefined,
  };
}
