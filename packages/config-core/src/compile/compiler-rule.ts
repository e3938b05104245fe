import type { ModelInfo } from "../catalogue/models.ts";
import type { AIConfiguration, FieldPath } from "../configuration.ts";
import type { FieldExplanation } from "../field-explanation.ts";

/** Versions of the Messages API. The later one is what the official SDK sends since its 1.0. */
export const API_VERSIONS = ["2023-06-01", "2026-10-21"] as const;
export type ApiVersion = (typeof API_VERSIONS)[number];

export type AdjustmentCode =
  | "model_retired"
  | "output_limit"
  | "blank_stop_sequence"
  | "thinking_not_supported"
  | "thinking_always_on"
  | "thinking_by_default"
  | "thinking_between_tools"
  | "thinking_budget_not_supported"
  | "thinking_budget_too_large"
  | "effort_not_supported"
  | "effort_needs_thinking"
  | "sampling_not_supported"
  | "sampling_out_of_bounds"
  | "sampling_one_of_two"
  | "speed_not_supported"
  | "geo_not_supported"
  | "streaming_required";

/** One difference between the configuration and what is sent. */
export interface Adjustment {
  readonly path: FieldPath;
  readonly from: unknown;
  /** What is sent instead; null: nothing. */
  readonly to: unknown;
  readonly code: AdjustmentCode;
  readonly message: string;
}

export type ThinkingParam =
  | { type: "adaptive" | "between_tools" | "disabled" }
  | { type: "enabled"; budget_tokens: number };

/** The fields of a Messages request that a configuration decides. */
export interface MessageParams {
  model: string;
  max_tokens: number;
  stream: boolean;
  temperature?: number;
  top_p?: number;
  top_k?: number;
  stop_sequences?: string[];
  thinking?: ThinkingParam;
  output_config?: { effort: NonNullable<AIConfiguration["model"]["effort"]> };
  service_tier?: "auto" | "standard_only";
  speed?: "fast";
  inference_geo?: "us" | "global";
}

/** A request while rules work on it. */
export interface Draft {
  readonly wanted: Readonly<AIConfiguration["model"]>;
  readonly apiVersion: ApiVersion;
  /** The model that will answer. */
  readonly model: ModelInfo;
  readonly params: MessageParams;
  readonly adjustments: Adjustment[];
  /** Where values come from, when known. */
  readonly fields?: Readonly<Partial<Record<FieldPath, FieldExplanation>>> | undefined;
}

/** One thing that the API refuses, and what is sent instead. */
export interface CompilerRule {
  readonly id: string;
  apply(draft: Draft): void;
}
