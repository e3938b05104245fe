import { dayOf, priceOf } from "../catalogue/look-up.ts";
import type { PriceRow } from "../catalogue/model-entry.ts";
import { findModel, type ModelOptions } from "../catalogue/models.ts";
import { checkDate, checkedMultiplier } from "./checked-input.ts";
import { amountOf, amountOfKind, type Bill, billIterations } from "./iterations.ts";
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
 * given. Where its iterations tell of more than the totals do, as a compaction or another model, each of them is
 * billed. What has no known price, such as a region or a field that is newer than this, makes the cost estimated.
 * Throws INPUT_INVALID for input that is not what it should be, and for totals in another provider's words, which may or
 * may not include cached tokens.
 */
export function costOf(usage: AnthropicUsage, options: CostOptions): Cost {
  checkDate(options.date);
  const { counts, webSearches, isUnderstood } = readUsage(usage);
  const modifiers = {
    batch: options.batch ?? usage.service_tier === "batch",
    geo: options.geo ?? usage.inference_geo,
    speed: options.speed ?? usage.speed,
    multiplier: checkedMultiplier(options.multiplier),
  };
  const total = billOf(counts, options.model, options, modifiers);
  if (total === undefined) return UNKNOWN;
  const { iterations } = usage;
  const billed = iterations
    ? billIterations(iterations, total, (read, model) => billOf(read, model, options, modifiers))
    : { bills: [total], isWhole: true };
  if (billed === undefined) return UNKNOWN;
  const { bills, isWhole } = billed;
  const searches = webSearches > 0 ? BigInt(webSearches) * total.prices.perWebSearch : 0n;
  let sum = searches;
  for (const bill of bills) sum += amountOf(bill);
  const amount = toUsd(sum);
  const isExact = isUnderstood && isWhole && bills.every((bill) => bill.isExact);
  return {
    amount,
    // Most callers want the amount alone, and writing the rest takes longer than all of the above.
    get parts() {
      const parts = { serverTools: toUsd(searches) } as Record<CostPart, Usd>;
      for (const kind of TOKEN_KINDS) {
        parts[kind] = toUsd(bills.reduce((part, bill) => part + amountOfKind(bill, kind), 0n));
      }
      return parts;
    },
    basis: isExact ? "exact" : "estimated",
    get formatted() {
      return formatUsd(amount);
    },
    price: total.price,
  };
}

/** What so many tokens cost of a model; undefined where it has no price. */
function billOf(
  counts: Bill["counts"],
  name: string,
  { models, date }: CostOptions,
  modifiers: Parameters<typeof callPrices>[2],
): Bill | undefined {
  const model = findModel(name, models);
  const promptTokens = counts.input + counts.cacheWrite5m + counts.cacheWrite1h + counts.cacheRead;
  const price = model && priceOf(model, date, promptTokens);
  if (model === undefined || price === undefined) return undefined;
  const prices = callPrices(model, price, modifiers);
  const isOfItsTime = price.effectiveFrom === null || dayOf(date) >= price.effectiveFrom;
  return {
    counts,
    prices,
    price,
    model: model.id,
    isFast: modifiers.speed === "fast",
    isExact: prices.isExact && isOfItsTime,
  };
}
