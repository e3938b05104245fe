import {
  findModel,
  type ModelCatalogue,
  type PricedParams,
  parseUsd,
  sumUsd,
  toUsd,
  type UpperBound,
  type Usd,
  upperBound,
} from "@ai-config/config-core";
import { bodyOf, type Turn } from "./compile-turn.ts";
import { type Extras, NO_EXTRAS } from "./extras.ts";
import type { Advisor } from "./foreseen-tools.ts";
import type { GovernedParams } from "./governed-params.ts";
import type { PromptSize } from "./prompt-size.ts";

export interface ReserveOptions {
  readonly models: ModelCatalogue;
  readonly date: Date;
  readonly multiplier: number | undefined;
}

/** What is held back for an answer. */
export interface Reserve {
  /** Nothing where no price is known. */
  readonly amount: Usd;
  /** Whether the answer can cost no more. */
  readonly isBound: boolean;
}

/** A request, and what is known of it before it is sent. */
export interface Measured {
  readonly params: GovernedParams;
  readonly size: PromptSize;
  readonly extras: Extras;
}

const TOKENS_MIN = 64;
/** The window that `context-1m` gives to models that have less (anthropic-beta of Claude Sonnet 4.5). */
const WIDE_CONTEXT = 1_000_000;
const kept = new WeakMap<Turn, Map<number, Reserve>>();

/**
 * The most that an answer can cost, as far as that is known. Of a plain prompt only its length counts, rounded up by
 * a sixteenth at most, so that the same few amounts come again and again.
 */
export function reserveFor(measured: Measured, turn: Turn, options: ReserveOptions): Reserve {
  const { size, extras } = measured;
  if (!size.isPlain || extras !== NO_EXTRAS) return boundOf(measured, turn, options);
  const tokens = size.tokensMax < turn.contextTokens ? roundedUp(size.tokensMax) : turn.contextTokens;
  let ofTurn = kept.get(turn);
  if (ofTurn === undefined) {
    ofTurn = new Map();
    kept.set(turn, ofTurn);
  }
  let reserve = ofTurn.get(tokens);
  if (reserve === undefined) {
    const body = bodyOf(measured.params, turn, turn.isStreamed);
    reserve = reserveOf(upperBound(body, Math.min(tokens, turn.contextTokens), options));
    ofTurn.set(tokens, reserve);
  }
  return reserve;
}

/**
 * Everything that the request may be billed for: the answer, each model that answers where another declines after it
 * has begun, and each time that an advisor is asked. Each later model reads what the ones before it wrote.
 */
function boundOf({ params, size, extras }: Measured, turn: Turn, options: ReserveOptions): Reserve {
  const { advisors = [], samplings = 1 } = size.tools ?? {};
  const body = pricedBody(params, turn, advisors);
  const reserves: Reserve[] = [];
  // What is written becomes part of the prompt of the next sampling.
  let written = samplings > 1 ? body.max_tokens : 0;
  const add = (request: PricedParams, contextTokens: number) => {
    const later = Math.min(size.tokensMax + written, contextTokens);
    // Only the very first prompt is nothing but what the request holds.
    const first = reserves.length === 0 ? Math.min(size.firstMax, contextTokens) : later;
    const tokens = first + (samplings - 1) * later;
    reserves.push(reserveOf(upperBound(request, tokens, options)));
    written += request.max_tokens;
  };
  add(body, turn.contextTokens);
  for (const { model, maxTokens = body.max_tokens, speed } of extras.fallbacks) {
    const info = findModel(model, options.models);
    // It is fast by itself only where it can be.
    const own = speed === undefined && info?.fastMultiplier ? body.speed : speed;
    add({ ...body, model, max_tokens: maxTokens, speed: own }, info?.contextWindow ?? turn.contextTokens);
  }
  const read = size.tokensMax + written;
  for (const advisor of advisors) reserves.push(adviceOf(advisor, read, body.inference_geo, options));
  const isForeseen =
    extras.unforeseen === undefined && !(extras.isWidened && turn.contextTokens < WIDE_CONTEXT);
  return {
    amount: sumUsd(reserves.map(({ amount }) => amount)),
    isBound: isForeseen && reserves.every(({ isBound }) => isBound),
  };
}

function adviceOf(
  { model, uses, maxTokens, caching }: Advisor,
  promptTokens: number,
  inference_geo: PricedParams["inference_geo"],
  options: ReserveOptions,
): Reserve {
  const contextTokens = findModel(model, options.models)?.contextWindow ?? 0;
  const tokens = Math.min(promptTokens, contextTokens);
  const request = { model, max_tokens: maxTokens, inference_geo, cache_control: caching };
  const { amount, isBound } = reserveOf(upperBound(request, tokens, options));
  return { amount: toUsd(parseUsd(amount) * BigInt(uses)), isBound };
}

/** What is asked of an advisor is priced by itself. */
function pricedBody(params: GovernedParams, turn: Turn, advisors: readonly Advisor[]): PricedParams {
  const body = bodyOf(params, turn, turn.isStreamed) as PricedParams;
  if (advisors.length === 0) return body;
  const isAdvisor = (tool: unknown) =>
    String((tool as { type?: unknown } | null)?.type).startsWith("advisor");
  return { ...body, tools: body.tools?.filter((tool) => !isAdvisor(tool)) };
}

/** An estimate is no bound: what is estimated may cost more. */
function reserveOf({ amount, basis }: UpperBound): Reserve {
  return { amount: amount ?? "0", isBound: basis === "exact" };
}

function roundedUp(tokens: number): number {
  if (tokens <= TOKENS_MIN) return TOKENS_MIN;
  const step = 2 ** (Math.floor(Math.log2(tokens)) - 4);
  return Math.ceil(tokens / step) * step;
}
