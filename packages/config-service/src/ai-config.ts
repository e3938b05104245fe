import { configurationFromEnvironment, DEFAULT_AI_CONFIGURATION } from "@ai-config/config-core";

/**
 * The object that code from before this product reads. Each property asks the process environment at that
 * moment, and `apiKey` is a plain string. It knows of no accounts: new code uses `aiConfigService`.
 */
export const AI_CONFIG = Object.freeze({
  get apiKey(): string {
    return read().apiKey ?? "";
  },
  get baseUrl(): string {
    return read().baseUrl;
  },
  get model(): string {
    return read().values.model?.model ?? DEFAULT_AI_CONFIGURATION.model.model;
  },
  get maxTokens(): number {
    return read().values.model?.maxTokens ?? DEFAULT_AI_CONFIGURATION.model.maxTokens;
  },
  get temperature(): number {
    return read().values.model?.temperature ?? DEFAULT_AI_CONFIGURATION.model.temperature;
  },
  get topP(): number {
    return DEFAULT_AI_CONFIGURATION.model.topP;
  },
  get streaming(): boolean {
    return DEFAULT_AI_CONFIGURATION.model.streaming;
  },
});

function read() {
  return configurationFromEnvironment(process.env);
}
