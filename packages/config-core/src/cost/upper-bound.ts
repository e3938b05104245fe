import { priceOf } from "../catalogue/look-up.ts";
import type { ModelInfo } from "../catalogue/models.ts";
import { findModel, type ModelOptions } from "../catalogue/models.ts";
import { type Cost, checkedMultiplier } from "./cost-of.ts";
import { tokenCount } from "./token-count.ts";
import { callPrices, type PriceModifiers } from "./token-prices.ts";
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
  /** The workspace's default region, which counts where the request names none. */
  readonly geo?: string | undefined;
}

export type UpperBound = Pick<Cost, "amount" | "basis" | "formatted">;

const UNKNOWN: UpperBound = Object.freeze({ amount: null, basis: "unknown", formatted: "unknown" });

/**
 * The most a request can cost: what a reservation holds back until the true cost is known. `promptTokens` is the
 * most prompt tokens it can be billed for, results of server tools included. Prompt tokens count as cache writes
 * only where the request asks for a cache. The basis is unknown where no bound exists: a model without a price,
 * or web search without `max_uses`.
 */
export function upperBound(
  params: PricedParams,
  promptTokens: number,
  options: UpperBoundOptions,
): UpperBound {
  const model = findModel(params.model, options.models);
  const searches = webSearchesMax(params.tools ?? []);
  if (model === undefined || searches === undefined) return UNKNOWN;
  const modifiers = {
    batch: options.batch,
    geo: params.inference_geo ?? options.geo,
    speed: params.speed === "fast" ? ("fast" as const) : ("standard" as const),
    multiplier: checkedMultiplier(options.multiplier),
  };
  const prompt = tokenCount("promptTokens", promptTokens);
  const output = tokenCount("params.max_tokens", params.max_tokens);
  const write = cacheWriteOf(params);
  let most: Amount | undefined;
  let isExact = true;
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
function cacheWriteOf(value: unknown): "5m" | "1h" | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  let found: "5m" | "1h" | undefined;
  for (const [name, item] of Object.entries(value)) {
    const here =
      name === "cache_control" && typeof item === "object" && item !== null
        ? (item as { ttl?: unknown }).ttl === "1h"
          ? "1h"
          : "5m"
        : cacheWriteOf(item);
    if (here === "1h") return here;
    found ??= here;
  }
  return found;
}

function webSearchesMax(tools: readonly unknown[]): number | undefined {
  let sum = 0;
  for (const tool of tools) {
    const { type, max_uses: uses } = (tool ?? {}) as { type?: unknown; max_uses?: unknown };
    if (typeof type !== "string" || !type.startsWith("web_search")) continue;
    if (!Number.isSafeInteger(uses) || (uses as number) < 0) return undefined;
    sum += uses as number;
  }
  return sum;
}
