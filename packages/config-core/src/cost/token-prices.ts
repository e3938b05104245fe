import type { PriceRow } from "../catalogue/model-entry.ts";
import type { ModelInfo } from "../catalogue/models.ts";
import { type Amount, scaled } from "./usd.ts";

/** What a web search costs where a price row says nothing, USD per 1,000 (pricing page, 2026-08-22). */
const WEB_SEARCH_USD_PER_1000 = 10;

/** Kinds of tokens that have a price of their own. */
export const TOKEN_KINDS = ["input", "cacheWrite5m", "cacheWrite1h", "cacheRead", "output"] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

/** What changes the price of a whole call. */
export interface PriceModifiers {
  /** Sent as part of a batch. */
  readonly batch?: boolean | undefined;
  /** Where it ran: "us" costs more. A region that is not known is taken to cost what "global" does. */
  readonly geo?: string | null | undefined;
  readonly speed?: "standard" | "fast" | null | undefined;
  /** A negotiated factor of the list price, with at most four decimal places: 0.85 is 15 % off. */
  readonly multiplier?: number | undefined;
}

export interface CallPrices {
  /** Exact price of one token of each kind. */
  readonly perToken: Readonly<Record<TokenKind, Amount>>;
  readonly perWebSearch: Amount;
  /** Whether the modifiers are ones that are known, and that the model has. */
  readonly isExact: boolean;
}

type Modifiers = Omit<PriceModifiers, "speed"> & { readonly speed?: string | null | undefined };

/** The prices of one call: a row of the catalogue and everything that multiplies it. */
export function callPrices(model: ModelInfo, row: PriceRow, modifiers: Modifiers): CallPrices {
  const { batch, geo, speed, multiplier } = modifiers;
  const ofModel = keptPrices(row, model);
  const key = `${batch}/${geo}/${speed}/${multiplier}`;
  let prices = ofModel.get(key);
  if (prices === undefined) {
    prices = computePrices(model, row, modifiers);
    if (ofModel.size >= KEPT_MAX) ofModel.clear();
    ofModel.set(key, prices);
  }
  return prices;
}

/** Entries of a catalogue live as long as it does, and the same few modifiers come again and again. */
const kept = new WeakMap<PriceRow, WeakMap<ModelInfo, Map<string, CallPrices>>>();
const KEPT_MAX = 64;

function keptPrices(row: PriceRow, model: ModelInfo): Map<string, CallPrices> {
  let ofRow = kept.get(row);
  if (ofRow === undefined) {
    ofRow = new WeakMap();
    kept.set(row, ofRow);
  }
  let ofModel = ofRow.get(model);
  if (ofModel === undefined) {
    ofModel = new Map();
    ofRow.set(model, ofModel);
  }
  return ofModel;
}

function computePrices(model: ModelInfo, row: PriceRow, modifiers: Modifiers): CallPrices {
  const { batch = false, geo, speed, multiplier = 1 } = modifiers;
  const wantsFast = speed === "fast";
  // Batches know no fast mode.
  const fast = wantsFast && !batch ? (model.fastMultiplier ?? 1) : 1;
  const region = regionFactor(model, geo);
  const factor =
    scaled(batch ? (model.batchMultiplier ?? 1) : 1, 4) *
    scaled(fast, 4) *
    scaled(region ?? model.geoMultipliers.global ?? 1, 4) *
    scaled(multiplier, 4);
  const of = (perMillion: number) => scaled(perMillion, 6) * factor;
  return {
    perToken: {
      input: of(row.input),
      cacheWrite5m: of(row.cacheWrite5m),
      cacheWrite1h: of(row.cacheWrite1h),
      cacheRead: of(row.cacheRead),
      output: of(row.output),
    },
    // Searches cost the same everywhere: only what is negotiated changes it. The last factor fills up to 28 places.
    perWebSearch: scaled(row.webSearch ?? WEB_SEARCH_USD_PER_1000, 6) * scaled(multiplier, 4) * 10n ** 15n,
    isExact:
      !(batch && (wantsFast || model.batchMultiplier === null)) &&
      !(wantsFast && model.fastMultiplier === null) &&
      (wantsFast || (speed ?? "standard") === "standard") &&
      region !== undefined,
  };
}

/** What a region multiplies the price with; undefined for one that the catalogue does not know. */
export function regionFactor(
  { geoMultipliers }: ModelInfo,
  geo: string | null | undefined,
): number | undefined {
  // Answers of models that can name no region say "not_available".
  const region = geo === "not_available" ? "global" : (geo ?? "global");
  if (Object.hasOwn(geoMultipliers, region)) return geoMultipliers[region];
  return region === "global" ? 1 : undefined;
}
