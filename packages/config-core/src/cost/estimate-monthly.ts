import { servingModelOf } from "../catalogue/look-up.ts";
import { findModel, type ModelOptions } from "../catalogue/models.ts";
import type { AIConfiguration } from "../configuration.ts";
import { checkDate, invalidInput, tokenCount } from "./checked-input.ts";
import { type Cost, costOf } from "./cost-of.ts";
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

/** What a month of average requests costs with a configuration. Throws INPUT_INVALID for traffic that cannot be. */
export function estimateMonthly(
  configuration: Readonly<AIConfiguration>,
  traffic: Traffic,
  { date, multiplier, models }: EstimateOptions,
): MonthlyEstimate {
  checkDate(date);
  const requests = tokenCount("traffic.requestsPerMonth", traffic.requestsPerMonth);
  const prompt = tokenCount("traffic.inputTokens", traffic.inputTokens);
  const read = share("traffic.cacheReadShare", traffic.cacheReadShare);
  const written = share("traffic.cacheWriteShare", traffic.cacheWriteShare);
  if (read + written > 1)
    throw invalidInput(
      "traffic.cacheWriteShare",
      "out_of_range",
      "Must leave room: with the reads it is more than the prompt.",
    );
  const readTokens = Math.round(prompt * read);
  const writtenTokens = Math.min(Math.round(prompt * written), prompt - readTokens);
  const { model: settings } = configuration;
  const known = findModel(settings.model, models);
  const model = (known && servingModelOf(known, date, models)?.id) ?? settings.model;
  const cost = costOf(
    {
      input_tokens: prompt - readTokens - writtenTokens,
      cache_read_input_tokens: readTokens,
      cache_creation_input_tokens: writtenTokens,
      cache_creation: { ephemeral_5m_input_tokens: writtenTokens, ephemeral_1h_input_tokens: 0 },
      output_tokens: Math.min(tokenCount("traffic.outputTokens", traffic.outputTokens), settings.maxTokens),
    },
    {
      model,
      date,
      multiplier,
      models,
      geo: settings.inferenceGeo,
      speed: speedOf(settings.speed, model, models),
    },
  );
  if (cost.amount === null || cost.parts === null) {
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

/** Fast mode is dropped from a call to a model that has none. */
function speedOf(speed: "standard" | "fast" | undefined, id: string, models: ModelOptions["models"]) {
  return findModel(id, models)?.fastMultiplier === null ? "standard" : speed;
}

function share(path: string, value = 0): number {
  if (value >= 0 && value <= 1) return value;
  throw invalidInput(path, "out_of_range", "Must be between 0 and 1.");
}
