import {
  AIConfigError,
  type AnthropicUsage,
  type Cost,
  type CostBasis,
  type CostOptions,
  compareUsd,
  costOf,
  findModel,
  type MessageParams,
  type ModelCatalogue,
  type Usd,
} from "@ai-config/config-core";

import { type AnswerMeter, answeringModel, shownMsAt } from "./answer-meter.ts";
import { usageOfSeen } from "./seen-samplings.ts";
import { mayThink, mostWritten } from "./unseen-output.ts";

/** What a request cost, and what it is made of. */
export interface CallCost {
  readonly amount: Usd;
  readonly basis: CostBasis;
  readonly usage: AnthropicUsage | undefined;
}

export interface CallCostOptions {
  readonly models: ModelCatalogue;
  /** When it was sent. */
  readonly date: Date;
  /** What was sent. */
  readonly params: PricedParams;
  readonly multiplier: number | undefined;
  /** The model that it lets be asked for advice. */
  readonly advisor?: string | undefined;
  /** How long ago it was sent. */
  readonly elapsedMs: number;
  /** The most that it can cost. */
  readonly reserve: Usd;
  /** The most that it can cost where so many tokens are written. */
  boundOf(outputTokens: number): Usd;
}

type PricedParams = Pick<MessageParams, "model" | "max_tokens" | "thinking" | "speed" | "inference_geo">;

type Iteration = { readonly type?: unknown; readonly model?: unknown } | null | undefined;

/** More tokens than any answer has: what reports them counts something else. */
const COUNT_MAX = 2 ** 31 - 1;
const NOTHING: CallCost = Object.freeze({ amount: "0", basis: "exact", usage: undefined });

/**
 * The cost of a request from what was seen of its answer. Of one that was broken off it is estimated: the prompt as
 * reported and the output that came, or that may have been thought meanwhile. Where nothing was reported, it is the most
 * that can have been written in the time.
 */
export function callCost(meter: AnswerMeter, options: CallCostOptions): CallCost {
  const { params, models, date, multiplier, reserve } = options;
  if (meter.state === "refused") return NOTHING;
  const served = known(meter.model, models);
  const usage = meter.state === "complete" ? meter.usage : soFar(meter, options, served ?? params.model);
  if (usage === undefined) return { amount: unreported(meter, options), basis: "estimated", usage };
  // Totals are told of the model that answered: a stream begins with the one that was asked.
  const answered = meter.state === "complete" ? known(answeringModel(meter), models) : served;
  const untold = untoldOf(usage, params);
  const told = withDeclined(usage, params.model);
  const cost = priceOf(told, { model: answered ?? params.model, models, date, multiplier, ...untold });
  if (cost === undefined || cost.amount === null)
    return { amount: reserve, basis: "unknown", usage: undefined };
  if (isFree(meter, usage)) return { ...NOTHING, usage };
  // The prices of the model that was asked are assumed for one that nobody knows.
  const isKnown =
    meter.state === "complete" && answered !== undefined && untold === undefined && told === usage;
  // What is estimated is no more than what was held back, which is the most it can cost where that is known.
  const isTooMuch = meter.state !== "complete" && reserve !== "0" && compareUsd(cost.amount, reserve) > 0;
  const amount = isTooMuch ? reserve : cost.amount;
  return { amount, basis: isKnown ? cost.basis : "estimated", usage };
}

/** What was sent to be paid for otherwise than usual, where the answer does not say whether it was. */
function untoldOf(
  usage: AnthropicUsage,
  params: PricedParams,
): Pick<CostOptions, "speed" | "geo"> | undefined {
  const speed = (usage.speed ?? null) === null ? params.speed : undefined;
  const geo = (usage.inference_geo ?? null) === null ? params.inference_geo : undefined;
  return speed === undefined && geo === undefined ? undefined : { speed, geo };
}

/** A model that the catalogue knows. */
function known(name: string | undefined, models: ModelCatalogue): string | undefined {
  return name !== undefined && findModel(name, models) ? name : undefined;
}

/** Before a fallback went on, the model that was asked has written, also where an iteration does not name it. */
function withDeclined(usage: AnthropicUsage, asked: string): AnthropicUsage {
  const { iterations } = usage;
  if (!Array.isArray(iterations) || !iterations.some((one) => one?.type === "fallback_message")) return usage;
  const isNameless = (one: Iteration) => one?.type === "message" && typeof one.model !== "string";
  if (!iterations.some(isNameless)) return usage;
  return {
    ...usage,
    iterations: iterations.map((one) => (isNameless(one) ? { ...one, model: asked } : one)),
  };
}

/** Of an answer that was broken off, as far as it was seen. */
function soFar(
  meter: AnswerMeter,
  { params, models, elapsedMs, advisor }: CallCostOptions,
  model: string,
): AnthropicUsage | undefined {
  if (meter.usage === undefined) return undefined;
  const maxTokens = params.max_tokens;
  const hiddenMs = elapsedMs - shownMsAt(meter, meter.sentAt + elapsedMs);
  const hiddenTokens = mayThink(params, models) ? mostWritten(hiddenMs, maxTokens) : 0;
  return usageOfSeen(meter.usage, meter.seen, { model, maxTokens, hiddenTokens, advisor });
}

/** Claude reports what an answer costs from its beginning on: at what pace others write nobody knows. */
function unreported({ state }: AnswerMeter, { params, elapsedMs, reserve, boundOf }: CallCostOptions): Usd {
  return state === "unseen" ? boundOf(mostWritten(elapsedMs, params.max_tokens)) : reserve;
}

/** Anthropic does not bill what it refuses before a word is written. */
function isFree({ state, stopReason }: AnswerMeter, { output_tokens, iterations }: AnthropicUsage): boolean {
  if (state !== "complete" || stopReason !== "refusal" || output_tokens !== 0) return false;
  // A compaction, or a model that declined only after it had begun, is billed all the same.
  return !Array.isArray(iterations) || iterations.every((one) => !one?.output_tokens);
}

/** What stands between us and Anthropic may report usage in words of its own. */
function priceOf(usage: AnthropicUsage, options: CostOptions): Cost | undefined {
  if (!isCountable(usage)) return undefined;
  try {
    return costOf(usage, options);
  } catch (error) {
    if (error instanceof AIConfigError) return undefined;
    throw error;
  }
}

function isCountable({ cache_creation: writes, server_tool_use: tools, ...usage }: AnthropicUsage): boolean {
  const counts = [
    usage.input_tokens,
    usage.output_tokens,
    usage.cache_read_input_tokens,
    usage.cache_creation_input_tokens,
    writes?.ephemeral_5m_input_tokens,
    writes?.ephemeral_1h_input_tokens,
    tools?.web_search_requests,
  ];
  return counts.every((count) => (count ?? 0) <= COUNT_MAX);
}
