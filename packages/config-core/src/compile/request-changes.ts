import type { ModelInfo } from "../catalogue/models.ts";
import type { AIConfiguration, FieldPath } from "../configuration.ts";
import { fieldAt } from "../configuration.ts";
import { formatFieldValue } from "../format-field-value.ts";
import type { CompiledMessage } from "./compile-message-params.ts";
import type { MessageParams } from "./compiler-rule.ts";
import { sentence } from "./sentence.ts";
import { thinkingByDefault } from "./thinking-by-default.ts";

/** One field that a request to another model has otherwise. */
export interface RequestChange {
  readonly path: FieldPath;
  /** What the model gets or does by itself; null: nothing. */
  readonly from: unknown;
  readonly to: unknown;
  readonly message: string;
}

/** A configuration as it is compiled for one model. */
export interface CompiledFor {
  readonly model: ModelInfo;
  readonly compiled: CompiledMessage;
}

/** What two models get or do by themselves for the same configuration, field by field. */
export function requestChanges(
  wanted: Readonly<AIConfiguration["model"]>,
  before: CompiledFor,
  after: CompiledFor,
): RequestChange[] {
  const old = valuesOf(before);
  return Object.entries(valuesOf(after)).flatMap(([name, to]) => {
    const path = `model.${name}` as FieldPath;
    const from = old[name];
    if (JSON.stringify(from) === JSON.stringify(to)) return [];
    // Where a model has no efforts, the default of another is no change of anything.
    if (name === "effort" && from === null && wanted.effort === undefined) return [];
    const adjusted = after.compiled.adjustments.find((adjustment) => adjustment.path === path);
    const thinks = name === "thinking" ? thinkingByDefault(wanted, before.model, after.model) : undefined;
    const values = `${fieldAt(path)?.label}: ${textOf(path, from, before)}, ${textOf(path, to, after)}.`;
    return { path, from, to, message: thinks ?? sentence(adjusted?.message ?? values) };
  });
}

/** In the words of the configuration. */
function valuesOf({ model, compiled: { params } }: CompiledFor): Record<string, unknown> {
  return {
    maxTokens: params.max_tokens,
    temperature: params.temperature ?? null,
    topP: params.top_p ?? null,
    streaming: params.stream,
    effort: params.output_config?.effort ?? model.defaultEffort,
    thinking: thinkingOf(params) ?? (model.thinksByDefault ? "adaptive" : "off"),
    topK: params.top_k ?? null,
    stopSequences: params.stop_sequences ?? null,
    serviceTier: params.service_tier ?? null,
    speed: params.speed ?? "standard",
    inferenceGeo: params.inference_geo ?? null,
  };
}

function thinkingOf({ thinking }: MessageParams): unknown {
  if (thinking?.type === "enabled") return thinking.budget_tokens;
  return thinking?.type === "disabled" ? "off" : thinking?.type;
}

function textOf(path: FieldPath, value: unknown, { model }: CompiledFor): string {
  return `${formatFieldValue(path, value)} with ${model.displayName}`;
}
