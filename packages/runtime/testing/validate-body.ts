import { invalidRequest } from "./api-error.ts";
import { allEfforts, allThinkingTypes } from "./model-facts.ts";
import {
  asArray,
  asBoolean,
  asFraction,
  asInteger,
  asObject,
  asOneOf,
  asText,
  type Json,
  refuseUnknownKeys,
} from "./shapes.ts";
import { validateCacheControl, validateMessages, validateSystem } from "./validate-messages.ts";
import { validateTools } from "./validate-tools.ts";

export type Endpoint = "messages" | "count_tokens";

/**
 * Top-level fields. Names come from `MessageCreateParamsBase` and `MessageCountTokensParams` of @anthropic-ai/sdk
 * 1.12.0 without those it sends as headers (`user_profile_id`, `workspace_id`). Fields that only its beta namespace
 * knows (`context_management`, `mcp_servers`, `output_format`, …) are extra inputs here.
 */
const countFields = [
  "model",
  "messages",
  "cache_control",
  "output_config",
  "speed",
  "system",
  "thinking",
  "tool_choice",
  "tools",
];
const messageFields = [
  ...countFields,
  "max_tokens",
  "container",
  "diagnostics",
  "inference_geo",
  "metadata",
  "service_tier",
  "stop_sequences",
  "stream",
];
/** Parameters of 2023-06-01 alone; SDKs before 1.0 had them in the same interface. */
const samplingFields = ["temperature", "top_p", "top_k"];

/** `ThinkingConfigParam` of the SDK: the fields of each type. */
const thinkingFields = {
  enabled: ["type", "budget_tokens", "display"],
  adaptive: ["type", "display"],
  disabled: ["type"],
  between_tools: ["type"],
};

/** Everything that holds for all models alike. */
export function validateBody(body: Json, endpoint: Endpoint, apiVersion: string): void {
  asText(body.model, "model");
  if (endpoint === "messages") asInteger(body.max_tokens, "max_tokens", 0);
  validateMessages(body.messages, apiVersion);
  const known = endpoint === "messages" ? messageFields : countFields;
  const hasSampling = endpoint === "messages" && apiVersion === "2023-06-01";
  refuseUnknownKeys(body, hasSampling ? [...known, ...samplingFields] : known);

  if (body.system !== undefined) validateSystem(body.system);
  if (body.stream !== undefined) asBoolean(body.stream, "stream");
  if (body.temperature !== undefined) asFraction(body.temperature, "temperature");
  if (body.top_p !== undefined) asFraction(body.top_p, "top_p");
  if (body.top_k !== undefined) asInteger(body.top_k, "top_k", 0);
  if (body.stop_sequences !== undefined) validateStopSequences(body.stop_sequences);
  if (body.metadata !== undefined) validateMetadata(body.metadata);
  if (body.service_tier !== undefined) asOneOf(body.service_tier, ["auto", "standard_only"], "service_tier");
  if (isGiven(body.speed)) asOneOf(body.speed, ["standard", "fast"], "speed");
  if (isGiven(body.inference_geo)) asOneOf(body.inference_geo, ["us", "global"], "inference_geo");
  if (body.output_config !== undefined) validateOutputConfig(body.output_config);
  if (body.thinking !== undefined) validateThinking(body.thinking);
  validateTools(body);
  validateCacheControl(body.cache_control, "cache_control");
  const marks = countCacheMarks(body);
  if (marks > 4) {
    throw invalidRequest(`A maximum of 4 blocks with cache_control may be provided. Found ${marks}.`);
  }
}

/** Nullable fields count as absent when null. */
export function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function validateStopSequences(value: unknown): void {
  asArray(value, "stop_sequences").forEach((item, index) => {
    if (asText(item, `stop_sequences.${index}`).trim() === "") {
      throw invalidRequest("stop_sequences: each stop sequence must contain non-whitespace");
    }
  });
}

function validateMetadata(value: unknown): void {
  const metadata = asObject(value, "metadata");
  refuseUnknownKeys(metadata, ["user_id"], "metadata");
  if (isGiven(metadata.user_id)) asText(metadata.user_id, "metadata.user_id");
}

function validateOutputConfig(value: unknown): void {
  const config = asObject(value, "output_config");
  refuseUnknownKeys(config, ["effort", "format"], "output_config");
  if (isGiven(config.effort)) {
    asOneOf(config.effort, allEfforts, "output_config.effort");
  }
  if (!isGiven(config.format)) return;
  const format = asObject(config.format, "output_config.format");
  refuseUnknownKeys(format, ["type", "schema"], "output_config.format");
  asOneOf(format.type, ["json_schema"], "output_config.format.type");
  asObject(format.schema, "output_config.format.schema");
}

function validateThinking(value: unknown): void {
  const thinking = asObject(value, "thinking");
  const type = asOneOf(thinking.type, allThinkingTypes, "thinking.type");
  refuseUnknownKeys(thinking, thinkingFields[type], `thinking.${type}`);
  if (type === "enabled") asInteger(thinking.budget_tokens, "thinking.enabled.budget_tokens", 1024);
  if (isGiven(thinking.display)) {
    asOneOf(thinking.display, ["summarized", "omitted"], `thinking.${type}.display`);
  }
}

function countCacheMarks(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + countCacheMarks(item), 0);
  if (typeof value !== "object" || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [key, inner]) => sum + (key === "cache_control" && inner ? 1 : countCacheMarks(inner)),
    0,
  );
}
