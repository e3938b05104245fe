import { priceOf } from "../catalogue/look-up.ts";
import type { ModelInfo } from "../catalogue/models.ts";
import { findModel, type ModelOptions } from "../catalogue/models.ts";
import { billedTools } from "./billed-tools.ts";
import { checkDate, checkedMultiplier, checkObject, tokenCount } from "./checked-input.ts";
import type { Cost } from "./cost-of.ts";
import { callPrices, type PriceModifiers, regionFactor } from "./token-prices.ts";
import { type Amount, formatUsd, toUsd, type Usd } from "./usd.ts";

/** What decides the price of a request: the body that is about to be sent, whatever else it holds. */
export interface PricedParams {
  readonly model: string;
  readonly max_tokens: number;
  readonly speed?: string | null | undefined;
  readonly inference_geo?: string | null | undefined;
  readonly tools?: readonly unknown[] | undefined;
}

export interface UpperBoundOptions extends ModelOptions, Pick<PriceModifiers, "batch" | "multiplier"> {
  readonly date: Date;
  /** The workspace's default region, which counts where the request names none; the dearest unless told. */
  readonly geo?: string | undefined;
}

/** `exact`: the cost is no more than this. `estimated`: it may be, by what cannot be foreseen. */
export type UpperBound = Pick<Cost, "amount" | "basis" | "formatted">;

const UNKNOWN: UpperBound = Object.freeze({ amount: null, basis: "unknown", formatted: "unknown" });

/**
 * The most a request can cost: what a reservation holds back until the true cost is known. `promptTokens` is the
 * most prompt tokens it can be billed for: results of server tools included, and all of it again for each sampling.
 * Prompt tokens count as cache writes only where the request asks for a cache. The basis is unknown where no bound
 * exists: a model without a price, or web search without `max_uses`. It is estimated where something is not known to
 * the catalogue, or costs what no usage reports, as the hours of code execution do.
 */
export function upperBound(
  params: PricedParams,
  promptTokens: number,
  options: UpperBoundOptions,
): UpperBound {
  checkObject("params", params);
  checkDate(options.date);
  const multiplier = checkedMultiplier(options.multiplier);
  const prompt = tokenCount("promptTokens", promptTokens);
  const output = tokenCount("params.max_tokens", params.max_tokens);
  const model = findModel(params.model, options.models);
  const { searches, areForeseen } = billedTools(params.tools);
  if (model === undefined || searches === undefined) return UNKNOWN;
  const dearest = dearestRegion(model);
  const geo = params.inference_geo ?? options.geo ?? dearest;
  const isKnownRegion = regionFactor(model, geo) !== undefined;
  const speed = params.speed ?? "standard";
  const modifiers = {
    batch: options.batch,
    geo: isKnownRegion ? geo : dearest,
    speed: speed === "standard" ? speed : "fast",
    multiplier,
  };
  const write = cacheWriteOf(params);
  let most: Amount | undefined;
  let isExact = areForeseen && isKnownRegion && (speed === "standard" || speed === "fast");
  for (const tokens of promptSizes(model, prompt)) {
    const row = priceOf(model, options.date, tokens);
    if (row === undefined) return UNKNOWN;
    const prices = callPrices(model, row, modifiers);
    const { perToken } = prices;
    const perPromptToken = [perToken.input, perToken.cacheRead, ...(write ? [perToken.cacheWrite5m] : [])];
    if (write === "1h") perPromptToken.push(perToken.cacheWrite1h);
    const amount =
      BigInt(tokens) * greatest(perPromptToken) +
      BigInt(output) * perToken.output +
      BigInt(searches) * prices.perWebSearch;
    if (most === undefined || amount > most) most = amount;
    isExact &&= prices.isExact;
  }
  if (most === undefined) return UNKNOWN;
  const amount: Usd = toUsd(most);
  return { amount, basis: isExact ? "exact" : "estimated", formatted: formatUsd(amount) };
}

function dearestRegion({ geoMultipliers }: ModelInfo): string {
  let dearest = "global";
  for (const [region, factor] of Object.entries(geoMultipliers)) {
    if (factor > (geoMultipliers[dearest] ?? 1)) dearest = region;
  }
  return dearest;
}

/** `Math.max` cannot compare bigints. */
function greatest(amounts: readonly Amount[]): Amount {
  let found = 0n;
  for (const amount of amounts) if (amount > found) found = amount;
  return found;
}

/** The prompt itself and the longest prompt of every tier below it: a shorter one could cost more. */
function promptSizes({ prices }: ModelInfo, prompt: number): number[] {
  const edges = prices
    .map(({ promptTokensAbove }) => promptTokensAbove)
    .filter((edge) => edge > 0 && edge < prompt);
  return [prompt, ...new Set(edges)];
}

/** The longest life of anything that the request asks to be cached. */
function cacheWriteOf(request: object): "5m" | "1h" | undefined {
  let found: "5m" | "1h" | undefined;
  // A set is walked to its end while it grows, however deep a request is, and holds what holds itself only once.
  const parts = new Set<object>([request]);
  for (const part of parts) {
    for (const [name, item] of Object.entries(part)) {
      if (typeof item !== "object" || item === null) continue;
      if (name !== "cache_control") parts.add(item);
      else if (item.ttl === "1h") return "1h";
      else found = "5m";
    }
  }
  return found;
}
