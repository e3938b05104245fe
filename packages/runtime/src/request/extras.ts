import type { FieldPath } from "@ai-config/config-core";

import { thinkingOf } from "./call-overrides.ts";
import { isWholeOrAbsent } from "./check-params.ts";
import { isForeseen } from "./foreseen-fields.ts";
import type { Unforeseen } from "./foreseen-tools.ts";
import type { GovernedParams } from "./governed-params.ts";
import { findModels, type NamedModel } from "./named-models.ts";
import type { PromptSize } from "./prompt-size.ts";

/** A model that answers where the one before it declines, in the same request. */
export interface Fallback {
  readonly model: string;
  readonly maxTokens: number | undefined;
  /** Undefined where it is that of the request. */
  readonly speed: string | null | undefined;
}

/** What a part of a request wants otherwise, in the configuration's words. */
export interface FieldOverride {
  readonly path: string;
  readonly field: FieldPath;
  readonly value: unknown;
}

/** What a request asks for beside one answer of its model to its prompt. */
export interface Extras {
  readonly fallbacks: readonly Fallback[];
  /** Every model that may be paid beside the one of the call. */
  readonly named: readonly NamedModel[];
  /** Fields by which a fallback or a message decides for itself what the configuration does. */
  readonly overrides: readonly FieldOverride[];
  /** Whether the context may be wider than the model's. */
  readonly isWidened: boolean;
  readonly unforeseen: Unforeseen | undefined;
}

/** What a fallback may say for itself (`BetaFallbackParam` of @anthropic-ai/sdk 1.12), and what it may yet. */
interface FallbackParam {
  readonly inference_geo?: unknown;
  readonly max_tokens?: number | null;
  readonly output_config?: { readonly effort?: unknown } | null;
  readonly service_tier?: unknown;
  readonly speed?: string | null;
  readonly thinking?: GovernedParams["thinking"] | null;
}

const FALLBACK_FIELDS: ReadonlySet<string> = new Set([
  "model",
  "max_tokens",
  "output_config",
  "speed",
  "thinking",
] satisfies (keyof FallbackParam | "model")[]);

export const NO_EXTRAS: Extras = Object.freeze({
  fallbacks: [],
  named: [],
  overrides: [],
  isWidened: false,
  unforeseen: undefined,
});

/** What a request asks for beside an answer; the same object for all that ask for nothing. */
export function extrasOf(
  params: { readonly messages?: unknown },
  { tools, additions }: PromptSize,
  headers?: Readonly<Record<string, string>>,
): Extras {
  let extras = NO_EXTRAS;
  for (const name in params) {
    if (isForeseen(name, params)) continue;
    const value = (params as Readonly<Record<string, unknown>>)[name];
    extras = both(extras, name === "fallbacks" ? fallbacksOf(value) : unforeseen(name, value));
  }
  if (tools !== undefined && (tools.named.length > 0 || tools.unforeseen !== undefined)) {
    extras = both(extras, { ...NO_EXTRAS, named: tools.named, unforeseen: tools.unforeseen });
  }
  for (const { path, definition } of additions) extras = both(extras, unforeseen(path, definition));
  const efforts = effortsOf(params.messages);
  if (efforts.length > 0) extras = both(extras, { ...NO_EXTRAS, overrides: efforts });
  const isWidened = headers?.["anthropic-beta"]?.includes("context-1m") ?? false;
  return isWidened ? { ...extras, isWidened } : extras;
}

function fallbacksOf(value: unknown): Extras {
  if (!Array.isArray(value)) {
    return { ...unforeseen("fallbacks", value), named: [{ path: "fallbacks", model: undefined }] };
  }
  let extras = NO_EXTRAS;
  for (const [index, given] of value.entries()) {
    const path = `fallbacks.${index}`;
    const { model, max_tokens, speed } = (given ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof model !== "string" || !isWholeOrAbsent(max_tokens)) {
      extras = both(extras, unforeseen(path, given));
      continue;
    }
    for (const name in given as object) {
      if (!FALLBACK_FIELDS.has(name)) extras = both(extras, unforeseen(`${path}.${name}`, undefined));
    }
    extras = both(extras, {
      ...NO_EXTRAS,
      fallbacks: [
        {
          model,
          maxTokens: (max_tokens ?? undefined) as number | undefined,
          speed: speed as Fallback["speed"],
        },
      ],
      named: [{ path: `${path}.model`, model }],
      overrides: overridesOf(given as FallbackParam, path),
    });
  }
  return extras;
}

/** What messages of the system say of the turns after them (`BetaSystemMessageParam` of @anthropic-ai/sdk 1.12). */
function effortsOf(messages: unknown): readonly FieldOverride[] {
  if (!Array.isArray(messages)) return NO_EXTRAS.overrides;
  let efforts: FieldOverride[] | undefined;
  for (let index = 0; index < messages.length; index += 1) {
    const { output_config: output } = messages[index] as { output_config?: { effort?: unknown } | null };
    const value = output?.effort ?? undefined;
    if (value === undefined) continue;
    efforts ??= [];
    efforts.push({ path: `messages.${index}.output_config.effort`, field: "model.effort", value });
  }
  return efforts ?? NO_EXTRAS.overrides;
}

function overridesOf(
  { inference_geo, max_tokens, output_config, service_tier, speed, thinking }: FallbackParam,
  path: string,
): FieldOverride[] {
  const overrides: FieldOverride[] = [
    { path: `${path}.inference_geo`, field: "model.inferenceGeo", value: inference_geo },
    { path: `${path}.service_tier`, field: "model.serviceTier", value: service_tier },
    { path: `${path}.max_tokens`, field: "model.maxTokens", value: max_tokens ?? undefined },
    {
      path: `${path}.output_config.effort`,
      field: "model.effort",
      // With null it is the model's own, whatever the request says.
      value: output_config === null ? null : output_config?.effort,
    },
    { path: `${path}.speed`, field: "model.speed", value: speed === null ? "standard" : speed },
    { path: `${path}.thinking`, field: "model.thinking", value: thinking ? thinkingOf(thinking) : thinking },
  ];
  return overrides.filter(({ value }) => value !== undefined);
}

function unforeseen(path: string, value: unknown): Extras {
  const named: NamedModel[] = [];
  findModels(value, path, named);
  return { ...NO_EXTRAS, named, unforeseen: { path, advice: "Leave it out." } };
}

function both(one: Extras, other: Extras): Extras {
  if (one === NO_EXTRAS) return other;
  return {
    fallbacks: [...one.fallbacks, ...other.fallbacks],
    named: [...one.named, ...other.named],
    overrides: [...one.overrides, ...other.overrides],
    isWidened: false,
    unforeseen: one.unforeseen ?? other.unforeseen,
  };
}
