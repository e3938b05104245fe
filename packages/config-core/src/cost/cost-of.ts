import { priceOf } from "../catalogue/look-up.ts";
import type { PriceRow } from "../catalogue/model-entry.ts";
import { findModel, type ModelOptions } from "../catalogue/models.ts";
import { AIConfigError } from "../errors.ts";
import { tokenCount } from "./token-count.ts";
import { callPrices, type PriceModifiers, TOKEN_KINDS, type TokenKind } from "./token-prices.ts";
import { type Amount, formatUsd, toUsd, type Usd } from "./usd.ts";

/**
 * The `usage` object of Anthropic's Messages API. `input_tokens` is what no cache held: the whole prompt is the
 * sum of input, cache writes and cache reads.
 */
export interface AnthropicUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_creation_input_tokens?: number | null | undefined;
  readonly cache_creation?:
    | { readonly ephemeral_5m_input_tokens?: number; readonly ephemeral_1h_input_tokens?: number }
    | null
    | undefined;
  readonly cache_read_input_tokens?: number | null | undefined;
  readonly server_tool_use?:
    | { readonly web_search_requests?: number; readonly web_fetch_requests?: number }
    | null
    | undefined;
  readonly service_tier?: string | null | undefined;
  readonly speed?: string | null | undefined;
  readonly inference_geo?: string | null | undefined;
}

export interface CostOptions extends ModelOptions, PriceModifiers {
  /** The id or an alias of the model that answered. */
  readonly model: string;
  /** When the request was sent. */
  readonly date: Date;
}

/** `exact`: Anthropic's own figures and prices. `estimated`: something had to be assumed. `unknown`: no price. */
export type CostBasis = "exact" | "estimated" | "unknown";

export type CostPart = TokenKind | "serverTools";

export interface Cost {
  /** Exact USD, such as "0.0105"; null where no price is known. */
  readonly amount: Usd | null;
  readonly parts: Readonly<Record<CostPart, Usd>> | null;
  readonly basis: CostBasis;
  /** For people: "$0.0105", or "unknown". */
  readonly formatted: string;
  /** The row of the catalogue that was applied. */
  readonly price: PriceRow | null;
}

const UNKNOWN: Cost = Object.freeze({
  amount: null,
  parts: null,
  basis: "unknown",
  formatted: "unknown",
  price: null,
});

/**
 * What a call cost, from the usage that Anthropic reported. Batch, region and speed are taken from `usage` unless
 * given. Throws INPUT_INVALID for counts that are not counts, and for totals in another provider's words, which
 * may or may not include cached tokens.
 */
export function costOf(usage: AnthropicUsage, options: CostOptions): Cost {
  const { counts, webSearches, isComplete } = readUsage(usage);
  const model = findModel(options.model, options.models);
  const promptTokens = counts.input + counts.cacheWrite5m + counts.cacheWrite1h + counts.cacheRead;
  const price = model && priceOf(model, options.date, promptTokens);
  if (model === undefined || price === undefined) return UNKNOWN;
  const prices = callPrices(model, price, {
    batch: options.batch ?? usage.service_tier === "batch",
    geo: options.geo ?? usage.inference_geo,
    speed: options.speed ?? (usage.speed === "fast" ? "fast" : "standard"),
    multiplier: checkedMultiplier(options.multiplier),
  });
  let sum: Amount = BigInt(webSearches) * prices.perWebSearch;
  const parts = { serverTools: toUsd(sum) } as Record<CostPart, Usd>;
  for (const kind of TOKEN_KINDS) {
    const part = BigInt(counts[kind]) * prices.perToken[kind];
    parts[kind] = toUsd(part);
    sum += part;
  }
  const amount = toUsd(sum);
  const isOfItsTime = price.effectiveFrom === null || options.date >= new Date(price.effectiveFrom);
  const basis = isComplete && prices.isExact && isOfItsTime ? "exact" : "estimated";
  return { amount, parts, basis, formatted: formatUsd(amount), price };
}

/** A negotiated factor between 0 and 100. Throws INPUT_INVALID otherwise. */
export function checkedMultiplier(multiplier = 1): number {
  if (multiplier >= 0 && multiplier <= 100 && Number(multiplier.toFixed(4)) === multiplier) return multiplier;
  const message = "Must be between 0 and 100, with four decimal places or fewer.";
  throw new AIConfigError("INPUT_INVALID", {
    issues: [{ path: "multiplier", code: "out_of_range", message }],
  });
}

/** Names under which other providers report totals. */
const FOREIGN = ["prompt_tokens", "completion_tokens", "total_tokens", "inputTokens", "outputTokens"];

function readUsage(usage: AnthropicUsage) {
  for (const name of FOREIGN) {
    if (!(name in usage)) continue;
    const message = "Must be the usage object of Anthropic's Messages API as it came.";
    throw new AIConfigError("INPUT_INVALID", {
      issues: [{ path: `usage.${name}`, code: "unknown_field", message }],
    });
  }
  const { cache_creation: writes, server_tool_use: tools } = usage;
  const written = tokenCount("usage.cache_creation_input_tokens", usage.cache_creation_input_tokens ?? 0);
  const cacheWrite1h = tokenCount(
    "usage.cache_creation.ephemeral_1h_input_tokens",
    writes?.ephemeral_1h_input_tokens ?? 0,
  );
  const told5m = tokenCount(
    "usage.cache_creation.ephemeral_5m_input_tokens",
    writes?.ephemeral_5m_input_tokens ?? 0,
  );
  // Without its breakdown a write is taken for the five minutes that are Anthropic's default.
  const untold = Math.max(0, written - told5m - cacheWrite1h);
  const counts: Record<TokenKind, number> = {
    input: tokenCount("usage.input_tokens", usage.input_tokens),
    cacheWrite5m: told5m + untold,
    cacheWrite1h,
    cacheRead: tokenCount("usage.cache_read_input_tokens", usage.cache_read_input_tokens ?? 0),
    output: tokenCount("usage.output_tokens", usage.output_tokens),
  };
  const webSearches = tokenCount(
    "usage.server_tool_use.web_search_requests",
    tools?.web_search_requests ?? 0,
  );
  return { counts, webSearches, isComplete: written === told5m + cacheWrite1h };
}
