import {
  AIConfigError,
  type AnthropicUsage,
  type Cost,
  type CostBasis,
  type CostOptions,
  costOf,
  findModel,
  type ModelCatalogue,
  type Usd,
} from "@ai-config/config-core";

import { type AnswerMeter, usageSoFar } from "./answer-meter.ts";

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
  readonly model: string;
  readonly maxTokens: number;
  readonly multiplier: number | undefined;
  /** The most that it can cost. */
  readonly reserve: Usd;
}

/** More tokens than any answer has: what reports them counts something else. */
const COUNT_MAX = 2 ** 31 - 1;
const NOTHING: CallCost = Object.freeze({ amount: "0", basis: "exact", usage: undefined });

/**
 * The cost of a request from what was seen of its answer. Of one that was broken off it is estimated: the prompt as
 * reported and the output that came, or the most it can cost where nothing was reported.
 */
export function callCost(meter: AnswerMeter, options: CallCostOptions): CallCost {
  const { model, models, date, maxTokens, multiplier, reserve } = options;
  if (meter.state === "refused") return NOTHING;
  const usage = meter.state === "complete" ? meter.usage : usageSoFar(meter, maxTokens);
  if (usage === undefined) return { amount: reserve, basis: "estimated", usage };
  const served = meter.model !== undefined && findModel(meter.model, models) ? meter.model : undefined;
  const cost = priceOf(usage, { model: served ?? model, models, date, multiplier });
  if (cost === undefined || cost.amount === null)
    return { amount: reserve, basis: "unknown", usage: undefined };
  if (isFree(meter, usage)) return { ...NOTHING, usage };
  // The prices of the model that was asked are assumed for one that nobody knows.
  const isKnown = meter.state === "complete" && served !== undefined;
  return { amount: cost.amount, basis: isKnown ? cost.basis : "estimated", usage };
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
