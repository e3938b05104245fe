import { isForeseen } from "./foreseen-fields.ts";
import type { Unforeseen } from "./foreseen-tools.ts";
import { findModels, type NamedModel } from "./named-models.ts";
import type { PromptSize } from "./prompt-size.ts";

/** A model that answers where the one before it declines, in the same request. */
export interface Fallback {
  readonly model: string;
  readonly maxTokens: number | undefined;
  /** Undefined where it is that of the request. */
  readonly speed: string | null | undefined;
}

/** What a request asks for beside one answer of its model to its prompt. */
export interface Extras {
  readonly fallbacks: readonly Fallback[];
  /** Every model that may be paid beside the one of the call. */
  readonly named: readonly NamedModel[];
  /** Fields by which a fallback decides for itself what the configuration does. */
  readonly overrides: readonly { readonly path: string; readonly field: string }[];
  /** Whether the context may be wider than the model's. */
  readonly isWidened: boolean;
  readonly unforeseen: Unforeseen | undefined;
}

/** What a fallback may say for itself (`BetaFallbackParam` of @anthropic-ai/sdk 1.12). */
const FALLBACK_FIELDS = ["max_tokens", "output_config", "speed", "thinking"] as const;

export const NO_EXTRAS: Extras = Object.freeze({
  fallbacks: [],
  named: [],
  overrides: [],
  isWidened: false,
  unforeseen: undefined,
});

/** What a request asks for beside an answer; the same object for all that ask for nothing. */
export function extrasOf(
  params: object,
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
    const said = FALLBACK_FIELDS.filter((field) => (given as Record<string, unknown>)[field] !== undefined);
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
      overrides: said.map((field) => ({ path: `${path}.${field}`, field })),
    });
  }
  return extras;
}

function unforeseen(path: string, value: unknown): Extras {
  const named: NamedModel[] = [];
  findModels(value, path, named);
  return { ...NO_EXTRAS, named, unforeseen: { path, advice: "Leave it out." } };
}

function isWholeOrAbsent(value: unknown): boolean {
  return value === undefined || value === null || (Number.isSafeInteger(value) && (value as number) >= 0);
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
