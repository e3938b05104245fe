import { invalidRequest } from "./api-error.ts";
import { allEfforts, type Effort, type ModelFacts, type ThinkingType } from "./model-facts.ts";
import type { Json } from "./shapes.ts";
import { isGiven } from "./validate-body.ts";

/** Named beside `speed` in @anthropic-ai/sdk 1.12.0 as required by some models. */
const fastModeBeta = "fast-mode-2026-02-01";

/** What depends on the model. The shape of the body is known to be right. */
export function validateForModel(body: Json, model: ModelFacts, betas: string[]): void {
  const maxTokens = body.max_tokens as number | undefined;
  if (maxTokens !== undefined && maxTokens > model.maxOutputTokens) {
    throw invalidRequest(
      `max_tokens: ${maxTokens} > ${model.maxOutputTokens}, which is the maximum allowed number of output tokens for ${model.id}`,
    );
  }
  const thinking = body.thinking as { type: ThinkingType; budget_tokens?: number } | undefined;
  const isThinking = thinking?.type === "enabled" || thinking?.type === "adaptive";
  if (thinking && !model.thinking.includes(thinking.type)) {
    throw invalidRequest(`"thinking.type.${thinking.type}" is not supported for this model.`);
  }
  if (
    thinking?.budget_tokens !== undefined &&
    maxTokens !== undefined &&
    thinking.budget_tokens >= maxTokens
  ) {
    throw invalidRequest("`max_tokens` must be greater than `thinking.budget_tokens`.");
  }
  validateOutput(body, model, thinking?.type);
  validateSampling(body, model, isThinking);
  validateSpeed(body, model, betas);
  if (isGiven(body.inference_geo) && !model.inferenceGeo) {
    throw invalidRequest("inference_geo: This model does not support the inference_geo parameter.");
  }
  validateForcedTools(body, model, isThinking);
  const last = (body.messages as { role: string }[]).at(-1);
  if (last?.role === "assistant" && !model.prefill) {
    throw invalidRequest(
      "This model does not support assistant message prefill. The conversation must end with a user message.",
    );
  }
}

function validateOutput(body: Json, model: ModelFacts, thinking: ThinkingType | undefined): void {
  const { effort, format } = (body.output_config ?? {}) as { effort?: Effort | null; format?: unknown };
  if (isGiven(format) && !model.structuredOutputs) {
    throw invalidRequest("output_config.format: This model does not support structured outputs.");
  }
  if (!effort) return;
  if (model.efforts.length === 0) {
    throw invalidRequest("output_config.effort: This model does not support the effort parameter.");
  }
  if (!model.efforts.includes(effort)) {
    throw invalidRequest(`output_config.effort: This model does not support effort level '${effort}'.`);
  }
  const highest = model.effortMaxWithoutThinking;
  const isOff = thinking === "disabled" || thinking === "between_tools";
  if (isOff && highest && allEfforts.indexOf(effort) > allEfforts.indexOf(highest)) {
    throw invalidRequest(`output_config.effort: Effort '${effort}' requires thinking on this model.`);
  }
}

function validateSampling(body: Json, model: ModelFacts, isThinking: boolean): void {
  const { temperature, top_p: topP, top_k: topK } = body as Record<string, number | undefined>;
  const isFixed = model.sampling === "fixed";
  if (temperature !== undefined && topP !== undefined && model.sampling !== "free") {
    throw invalidRequest(
      "`temperature` and `top_p` cannot both be specified for this model. Please use only one.",
    );
  }
  if (!isFixed && !isThinking) return;
  const refusal = (field: string, otherwise: string) =>
    invalidRequest(isFixed ? `\`${field}\` is deprecated for this model.` : `\`${field}\` ${otherwise}`);
  if (temperature !== undefined && temperature !== 1) {
    throw refusal("temperature", "may only be set to 1 when thinking is enabled.");
  }
  if (topP !== undefined && topP < (isFixed ? 0.99 : 0.95)) {
    throw refusal("top_p", "must be greater than or equal to 0.95 or unset when thinking is enabled.");
  }
  if (topK !== undefined) throw refusal("top_k", "must be unset when thinking is enabled.");
}

/** Without the beta header the field does not exist, except where fast mode has left the preview. */
function validateSpeed(body: Json, model: ModelFacts, betas: string[]): void {
  if (!isGiven(body.speed)) return;
  if (model.fast !== "general" && !betas.includes(fastModeBeta)) {
    throw invalidRequest("speed: Extra inputs are not permitted");
  }
  if (body.speed === "fast" && model.fast === "refused") {
    throw invalidRequest("speed: This model does not support fast mode.");
  }
}

function validateForcedTools(body: Json, model: ModelFacts, isThinking: boolean): void {
  const choice = (body.tool_choice as { type: string } | undefined)?.type;
  if (choice !== "any" && choice !== "tool") return;
  if (model.forcedTools === "never") {
    throw invalidRequest(`tool_choice: '${choice}' is not supported for this model.`);
  }
  if (model.forcedTools === "while not thinking" && isThinking) {
    throw invalidRequest("Thinking may not be enabled when tool_choice forces tool use.");
  }
}
