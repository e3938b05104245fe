import { deepFreeze } from "./deep-freeze.ts";

export interface ModelInfo {
  id: string;
  displayName: string;
  contextWindow: number;
  outputLimit: number;
  /** USD per 1,000 tokens. */
  costPer1kInputTokens: number;
  costPer1kOutputTokens: number;
  supportedFeatures: readonly string[];
}

/** Models by id, as they stand at one moment. */
export type ModelCatalogue = Readonly<Record<string, Readonly<ModelInfo>>>;

/** Which catalogue to judge by; the built-in one unless told. */
export interface ModelOptions {
  models?: ModelCatalogue;
}

/** The models a configuration may name. */
export const AVAILABLE_MODELS: ModelCatalogue = deepFreeze({
  "claude-sonnet-4-5-20250929": {
    id: "claude-sonnet-4-5-20250929",
    displayName: "Claude Sonnet 4.5",
    contextWindow: 200_000,
    outputLimit: 4096,
    costPer1kInputTokens: 0.003,
    costPer1kOutputTokens: 0.015,
    supportedFeatures: ["streaming", "tools", "vision", "prompt-caching", "batch", "extended-thinking"],
  },
  "claude-3-5-sonnet-20241022": {
    id: "claude-3-5-sonnet-20241022",
    displayName: "Claude 3.5 Sonnet",
    contextWindow: 200_000,
    outputLimit: 8192,
    costPer1kInputTokens: 0.003,
    costPer1kOutputTokens: 0.015,
    supportedFeatures: ["streaming", "tools", "vision", "prompt-caching", "batch"],
  },
  "claude-3-opus-20240229": {
    id: "claude-3-opus-20240229",
    displayName: "Claude 3 Opus",
    contextWindow: 200_000,
    outputLimit: 4096,
    costPer1kInputTokens: 0.015,
    costPer1kOutputTokens: 0.075,
    supportedFeatures: ["streaming", "tools", "vision", "prompt-caching", "batch"],
  },
  "claude-3-haiku-20240307": {
    id: "claude-3-haiku-20240307",
    displayName: "Claude 3 Haiku",
    contextWindow: 200_000,
    outputLimit: 4096,
    costPer1kInputTokens: 0.00025,
    costPer1kOutputTokens: 0.00125,
    supportedFeatures: ["streaming", "tools", "vision", "prompt-caching", "batch"],
  },
});

/** The model of that id, or undefined. Names every object inherits, such as "constructor", are no models. */
export function findModel(
  id: string,
  models: ModelCatalogue = AVAILABLE_MODELS,
): Readonly<ModelInfo> | undefined {
  return Object.hasOwn(models, id) ? models[id] : undefined;
}
