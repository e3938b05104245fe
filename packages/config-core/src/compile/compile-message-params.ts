import { findModel, type ModelInfo } from "../catalogue/models.ts";
import type { AIConfiguration } from "../configuration.ts";
import { isLock } from "../policy/policy.ts";
import { adjust } from "./adjust.ts";
import type { Adjustment, ApiVersion, CompilerRule, Draft, MessageParams } from "./compiler-rule.ts";
import { outOfRegion, retired } from "./model-errors.ts";
import { OUTPUT_LIMIT, REQUEST_RULES } from "./request-rules.ts";
import { SAMPLING_RULES } from "./sampling-rules.ts";
import { type SuccessionOptions, servingModel, successionOf } from "./succession.ts";
import { thinkingByDefault } from "./thinking-by-default.ts";
import { THINKING_RULES } from "./thinking-rules.ts";
import { unknownModel } from "./unknown-model.ts";

/** Some models take `speed` only with this header (types of @anthropic-ai/sdk 1.12). */
const FAST_MODE_BETA = "fast-mode-2026-02-01";

/** Everything that the API refuses, in the order in which a request is mended. */
export const COMPILER_RULES: readonly CompilerRule[] = [
  OUTPUT_LIMIT,
  ...THINKING_RULES,
  ...SAMPLING_RULES,
  ...REQUEST_RULES,
];

export interface CompileOptions extends SuccessionOptions, Pick<Draft, "fields"> {
  readonly apiVersion: ApiVersion;
  /** The rules to apply; all of them unless told. */
  readonly rules?: readonly CompilerRule[];
}

export interface CompiledMessage {
  readonly params: MessageParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly adjustments: readonly Adjustment[];
}

/**
 * The body fields and headers for the Messages API that a configuration means on a day, and every difference from
 * it. A retired model becomes its named replacement; with `onRetiredModel` "fail", or without a replacement that
 * the policy allows, it throws MODEL_RETIRED. A region that the policy locks is never dropped: for a model that
 * cannot be bound to it this throws POLICY_CONFLICT. A model that nobody knows is sent as it is, without what a
 * model may lack. `fields`, from `resolveConfiguration`, tells which of temperature and top-p is set closer to the
 * user, and what the policy imposes.
 */
export function compileMessageParams(
  { model: wanted }: Readonly<AIConfiguration>,
  options: CompileOptions,
): CompiledMessage {
  const known = findModel(wanted.model, options.models) ?? unknownModel(wanted.model);
  const model = servingModel(known, options);
  const isFailing = wanted.onRetiredModel === "fail";
  if (model === undefined || (model !== known && isFailing))
    throw retired(known, isFailing ? undefined : successionOf(known, options).forbidden);
  const compiled = compileFor(model, wanted, options);
  if (isRegionLost(compiled, options)) throw outOfRegion(model, wanted.inferenceGeo);
  return model === known
    ? compiled
    : { ...compiled, adjustments: [...replaced(known, model, wanted), ...compiled.adjustments] };
}

/** The request to one model, whatever becomes of it. */
export function compileFor(
  model: ModelInfo,
  wanted: Readonly<AIConfiguration["model"]>,
  { apiVersion, fields, rules = COMPILER_RULES }: Pick<CompileOptions, "apiVersion" | "fields" | "rules">,
): CompiledMessage {
  const adjustments: Adjustment[] = [];
  const params = wantedParams(wanted, model.id);
  const draft: Draft = { wanted, apiVersion, model, params, adjustments, fields };
  for (const rule of rules) rule.apply(draft);
  const headers: Record<string, string> = { "anthropic-version": apiVersion };
  if (params.speed === "fast") headers["anthropic-beta"] = FAST_MODE_BETA;
  return { params, headers, adjustments };
}

/** What the configuration asks for, in the API's words. */
function wantedParams(wanted: Readonly<AIConfiguration["model"]>, model: string): MessageParams {
  const params: MessageParams = { model, max_tokens: wanted.maxTokens, stream: wanted.streaming };
  if (wanted.temperature !== undefined) params.temperature = wanted.temperature;
  if (wanted.topP !== undefined) params.top_p = wanted.topP;
  if (wanted.topK !== undefined) params.top_k = wanted.topK;
  if (wanted.stopSequences?.length) params.stop_sequences = [...wanted.stopSequences];
  if (wanted.thinking === "off") params.thinking = { type: "disabled" };
  else if (wanted.thinking === "adaptive") params.thinking = { type: "adaptive" };
  else if (wanted.thinking !== undefined) {
    params.thinking = { type: "enabled", budget_tokens: wanted.thinking };
  }
  if (wanted.effort !== undefined) params.output_config = { effort: wanted.effort };
  if (wanted.serviceTier !== undefined) params.service_tier = wanted.serviceTier;
  // The standard speed is what a request without the parameter gets, and some models refuse its very name.
  if (wanted.speed === "fast") params.speed = "fast";
  if (wanted.inferenceGeo !== undefined) params.inference_geo = wanted.inferenceGeo;
  return params;
}

/** What is told of a model that answers in the place of another. */
function replaced(
  before: ModelInfo,
  after: ModelInfo,
  wanted: Readonly<AIConfiguration["model"]>,
): readonly Adjustment[] {
  const adjustments: Adjustment[] = [];
  const message = `${before.displayName} replaced by ${after.displayName}: it was retired on ${before.lifecycle.retiresOn}.`;
  adjust({ wanted, adjustments }, "model", after.id, "model_retired", message);
  const thinks = thinkingByDefault(wanted, before, after);
  if (thinks) adjust({ wanted, adjustments }, "thinking", "adaptive", "thinking_by_default", thinks);
  return adjustments;
}

/** Whether a region is left out that the policy imposes. Where it is anywhere, nothing is lost. */
function isRegionLost({ adjustments }: CompiledMessage, { fields, policy }: CompileOptions): boolean {
  const lost = adjustments.find(({ code }) => code === "geo_not_supported");
  if (lost === undefined || lost.from === "global") return false;
  const rule = policy?.fields?.["model.inferenceGeo"];
  return (rule && isLock(rule)) || fields?.["model.inferenceGeo"]?.source === "policy";
}
