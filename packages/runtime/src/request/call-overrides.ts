import {
  type AIConfiguration,
  type FieldPath,
  fieldAt,
  imposeOnField,
  type ModelConfiguration,
} from "@ai-config/config-core";
import type { EffectiveConfiguration } from "@ai-config/config-service";

import { checkOverrides } from "./check-params.ts";
import type { GovernedParams } from "./governed-params.ts";

/** Fields of a request that a configuration decides unless the call says otherwise. */
const DECIDED = [
  "model",
  "max_tokens",
  "temperature",
  "top_p",
  "top_k",
  "stop_sequences",
  "thinking",
  "output_config",
  "service_tier",
  "speed",
  "inference_geo",
] as const;

/** One wish of a call that the organization's policy does not grant. */
export interface PolicyAdjustment {
  readonly path: FieldPath;
  readonly from: unknown;
  readonly to: unknown;
  readonly code: "policy_locked" | "policy_limit" | "policy_model";
  readonly message: string;
}

export interface Overridden {
  readonly configuration: Readonly<AIConfiguration>;
  readonly adjustments: readonly PolicyAdjustment[];
}

/** Whether a call wants anything but what is configured. */
export function hasOverrides(params: Readonly<Record<string, unknown>>): boolean {
  for (const name of DECIDED) if (params[name] !== undefined) return true;
  return false;
}

/**
 * The configuration with what one call wants otherwise, as far as the policy lets it. Throws INPUT_INVALID where it
 * wants what nobody could configure.
 */
export function overrideConfiguration(
  effective: Pick<EffectiveConfiguration, "configuration" | "sources" | "policy" | "organizationName">,
  params: GovernedParams,
): Overridden {
  const wanted = wantedOf(params);
  checkOverrides(params, wanted);
  const model: Record<string, unknown> = { ...effective.configuration.model };
  // Models take one of the two: the call's own counts, not the configured other one.
  if (wanted.temperature !== undefined && wanted.topP === undefined) delete model.topP;
  if (wanted.topP !== undefined && wanted.temperature === undefined) delete model.temperature;
  const adjustments: PolicyAdjustment[] = [];
  for (const [name, value] of Object.entries(wanted)) {
    if (value !== undefined)
      model[name] = granted(effective, `model.${name}` as FieldPath, value, adjustments);
  }
  return {
    configuration: { ...effective.configuration, model: model as unknown as ModelConfiguration },
    adjustments,
  };
}

function granted(
  { sources, policy, organizationName }: Parameters<typeof overrideConfiguration>[0],
  path: FieldPath,
  value: unknown,
  adjustments: PolicyAdjustment[],
): unknown {
  if (policy === null) return value;
  const below = sources[path];
  const call = { value, source: "user" as const, layer: { source: "user" as const } };
  const name = organizationName ?? "the organization";
  const { imposed, ...result } = imposeOnField(path, { ...call, hidden: [below, ...below.hidden] }, policy, {
    source: "policy",
    name,
  });
  if (imposed === undefined || result.value === value) return value;
  const code = {
    lock: "policy_locked",
    models: "policy_model",
    min: "policy_limit",
    max: "policy_limit",
  } as const;
  adjustments.push({
    path,
    from: value,
    to: result.value,
    code: code[imposed.kind],
    message: `${fieldAt(path)?.label ?? path}: ${imposed.message}`,
  });
  return result.value;
}

/** What a call asks for, in the configuration's words. */
function wantedOf(params: GovernedParams): Partial<ModelConfiguration> {
  const { thinking, output_config: output, speed, inference_geo: geo } = params;
  return definedOnly({
    model: params.model ?? undefined,
    maxTokens: params.max_tokens ?? undefined,
    temperature: params.temperature ?? undefined,
    topP: params.top_p ?? undefined,
    topK: params.top_k ?? undefined,
    stopSequences: params.stop_sequences ?? undefined,
    thinking: thinking ? thinkingOf(thinking) : undefined,
    effort: output?.effort ?? undefined,
    serviceTier: params.service_tier ?? undefined,
    speed: speed ?? undefined,
    inferenceGeo: (geo ?? undefined) as ModelConfiguration["inferenceGeo"],
  });
}

/** In the configuration's words. */
export function thinkingOf(
  thinking: NonNullable<GovernedParams["thinking"]>,
): ModelConfiguration["thinking"] {
  switch (thinking.type) {
    case "enabled":
      return thinking.budget_tokens ?? undefined;
    case "adaptive":
      return "adaptive";
    // Also between_tools, the least that models think which cannot leave it: the compiler says off in that way.
    default:
      return "off";
  }
}

function definedOnly<T extends object>(given: T): Partial<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<T>;
}
