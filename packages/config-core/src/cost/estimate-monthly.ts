import { servingModelOf } from "../catalogue/look-up.ts";
import { findModel, type ModelOptions } from "../catalogue/models.ts";
import { compileMessageParams } from "../compile/compile-message-params.ts";
import type { MessageParams } from "../compile/compiler-rule.ts";
import { preferredApiVersion } from "../compile/preferred-api-version.ts";
import type { AIConfiguration } from "../configuration.ts";
import { checkDate, checkObject, invalidInput, tokenCount } from "./checked-input.ts";
import { type Cost, costOf } from "./cost-of.ts";
import type { AnthropicUsage } from "./usage.ts";
import { formatUsd, parseUsd, toUsd, type Usd } from "./usd.ts";

export interface Traffic {
  readonly requestsPerMonth: number;
  /** Tokens of an average prompt, whatever a cache holds of it. */
  readonly inputTokens: number;
  /** Tokens of an average answer; the configuration's maximum output limits them. */
  readonly outputTokens: number;
  /** Part of the prompt that is read from a cache, 0 to 1. */
  readonly cacheReadShare?: number;
  /** Part of the prompt that is written to a cache for five minutes, 0 to 1. */
  readonly cacheWriteShare?: number;
}

export interface MonthlyEstimate {
  /** Exact USD of the assumed traffic; null where no price is known. */
  readonly amount: Usd | null;
  readonly parts: { readonly input: Usd; readonly output: Usd; readonly cache: Usd } | null;
  readonly perRequest: Usd | null;
  readonly formatted: string;
  readonly basis: Exclude<Cost["basis"], "exact">;
  /** The model whose price was applied: the replacement of one that is retired. */
  readonly model: string;
}

export interface EstimateOptions extends ModelOptions {
  readonly date: Date;
  readonly multiplier?: number | undefined;
}

/**
 * What a month of average requests costs with a configuration, as they are compiled for the day. Unknown where no
 * request is made: of a retired model that nothing replaces or may replace. Throws INPUT_INVALID for traffic that
 * cannot be.
 */
export function estimateMonthly(
  configuration: Readonly<AIConfiguration>,
  traffic: Traffic,
  options: EstimateOptions,
): MonthlyEstimate {
  const { date, multiplier, models } = options;
  checkDate(date);
  checkObject("traffic", traffic);
  const requests = tokenCount("traffic.requestsPerMonth", traffic.requestsPerMonth);
  const usage = averageUsage(traffic);
  const request = requestOf(configuration, options);
  const id = request?.model ?? configuration.model.model;
  const model = findModel(id, models)?.id ?? id;
  const cost =
    request &&
    costOf(
      {
        ...usage,
        output_tokens: Math.min(usage.output_tokens, request.max_tokens),
        inference_geo: request.inference_geo,
        speed: request.speed,
      },
      { model, date, multiplier, models },
    );
  if (!cost?.amount || !cost.parts) {
    return { amount: null, parts: null, perRequest: null, formatted: "unknown", basis: "unknown", model };
  }
  const monthly = (...amounts: Usd[]) =>
    toUsd(amounts.reduce((sum, amount) => sum + parseUsd(amount), 0n) * BigInt(requests));
  const { input, output, cacheRead, cacheWrite5m } = cost.parts;
  const amount = monthly(cost.amount);
  return {
    amount,
    parts: { input: monthly(input), output: monthly(output), cache: monthly(cacheRead, cacheWrite5m) },
    perRequest: cost.amount,
    formatted: formatUsd(amount),
    basis: "estimated",
    model,
  };
}

function averageUsage(traffic: Traffic): AnthropicUsage {
  const prompt = tokenCount("traffic.inputTokens", traffic.inputTokens);
  const read = share("traffic.cacheReadShare", traffic.cacheReadShare);
  const written = share("traffic.cacheWriteShare", traffic.cacheWriteShare);
  if (read + written > 1) {
    const message = "Must leave room: with the reads it is more than the prompt.";
    throw invalidInput("traffic.cacheWriteShare", "out_of_range", message);
  }
  const readTokens = Math.round(prompt * read);
  const writtenTokens = Math.min(Math.round(prompt * written), prompt - readTokens);
  return {
    input_tokens: prompt - readTokens - writtenTokens,
    cache_read_input_tokens: readTokens,
    cache_creation_input_tokens: writtenTokens,
    output_tokens: tokenCount("traffic.outputTokens", traffic.outputTokens),
  };
}

/** The request of every call; undefined where none is made, because the model is retired. */
function requestOf(
  configuration: Readonly<AIConfiguration>,
  options: EstimateOptions,
): MessageParams | undefined {
  const { model: id, onRetiredModel } = configuration.model;
  const model = findModel(id, options.models);
  const serving = model && servingModelOf(model, options.date, options.models);
  if (model !== serving && (onRetiredModel === "fail" || serving === undefined)) return undefined;
  const apiVersion = preferredApiVersion(configuration, options);
  return compileMessageParams(configuration, { ...options, apiVersion }).params;
}

function share(path: string, value: unknown = 0): number {
  if (typeof value === "number" && value >= 0 && value <= 1) return value;
  throw invalidInput(path, "out_of_range", "Must be between 0 and 1.");
}
