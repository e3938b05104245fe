import { dayOf, priceOf } from "../catalogue/look-up.ts";
import type { PriceRow } from "../catalogue/model-entry.ts";
import { findModel, type ModelOptions } from "../catalogue/models.ts";
import { checkDate, checkedMultiplier } from "./checked-input.ts";
import { callPrices, type PriceModifiers, TOKEN_KINDS, type TokenKind } from "./token-prices.ts";
import { type AnthropicUsage, readUsage } from "./usage.ts";
import { formatUsd, toUsd, type Usd } from "./usd.ts";

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
 * given. What has no known price, such as a region or a field that is newer than this, makes the cost estimated.
 * Throws INPUT_INVALID for input that is not what it should be, and for totals in another provider's words, which may or
 * may not include cached tokens.
 */
export function costOf(usage: AnthropicUsage, options: CostOptions): Cost {
  checkDate(options.date);
  const { counts, webSearches, isUnderstood } = readUsage(usage);
  const multiplier = checkedMultiplier(options.multiplier);
  const model = findModel(options.model, options.models);
  const promptTokens = counts.input + counts.cacheWrite5m + counts.cacheWrite1h + counts.cacheRead;
  const price = model && priceOf(model, options.date, promptTokens);
  if (model === undefined || price === undefined) return UNKNOWN;
  const prices = callPrices(model, price, {
    batch: options.batch ?? usage.service_tier === "batch",
    geo: options.geo ?? usage.inference_geo,
    speed: options.speed ?? usage.speed,
    multiplier,
  });
  const searches = webSearches > 0 ? BigInt(webSearches) * prices.perWebSearch : 0n;
  let sum = searches;
  for (const kind of TOKEN_KINDS) if (counts[kind] > 0) sum += BigInt(counts[kind]) * prices.perToken[kind];
  const amount = toUsd(sum);
  const isOfItsTime = price.effectiveFrom === null || dayOf(options.date) >= price.effectiveFrom;
  const basis = isUnderstood && prices.isExact && isOfItsTime ? "exact" : "estimated";
  return {
    amount,
    // Most callers want the amount alone, and writing the rest takes longer than all of the above.
    get parts() {
      const parts = { serverTools: toUsd(searches) } as Record<CostPart, Usd>;
      for (const kind of TOKEN_KINDS) parts[kind] = toUsd(BigInt(counts[kind]) * prices.perToken[kind]);
      return parts;
    },
    basis,
    get formatted() {
      return formatUsd(amount);
    },
    price,
  };
}
