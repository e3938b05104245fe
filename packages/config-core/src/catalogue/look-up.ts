import type { ModelEntry, PriceRow } from "./model-entry.ts";
import { AVAILABLE_MODELS, findModel, type ModelCatalogue, type ModelInfo } from "./models.ts";

export type LifecycleState = "active" | "deprecated" | "retired";

export interface LifecycleStatus {
  readonly state: LifecycleState;
  /** First day without the model, such as "2026-11-30", where it is known. */
  readonly retiresOn: string | null;
  /** Whole days until then, counted in UTC; 0 on the day itself and after it. */
  readonly daysLeft: number | null;
  /** Anthropic's promise that it stays until then. */
  readonly retiresNotBefore: string | null;
  readonly replacement: string | null;
}

export interface ModelAt extends ModelEntry {
  /** The price of a short prompt on that day; undefined where none is known. */
  readonly price: PriceRow | undefined;
  readonly status: LifecycleStatus;
}

const DAY_MS = 86_400_000;

/** What is known of a model at a moment, by its id or an alias; undefined for a model nobody knows. */
export function modelAt(
  id: string,
  date: Date,
  models: ModelCatalogue = AVAILABLE_MODELS,
): ModelAt | undefined {
  const entry = findModel(id, models);
  return entry && { ...entry, price: priceOf(entry, date, 0), status: lifecycleOf(entry, date) };
}

/**
 * The prices in USD per million tokens of a request at a moment. `promptTokens` counts the whole prompt: uncached,
 * cache reads and cache writes. Undefined where the model or its price is not known.
 */
export function priceAt(
  id: string,
  date: Date,
  promptTokens: number,
  models: ModelCatalogue = AVAILABLE_MODELS,
): PriceRow | undefined {
  const entry = findModel(id, models);
  return entry && priceOf(entry, date, promptTokens);
}

/** Where a model is in its life at a moment; undefined for a model nobody knows. */
export function lifecycleAt(
  id: string,
  date: Date,
  models: ModelCatalogue = AVAILABLE_MODELS,
): LifecycleStatus | undefined {
  const entry = findModel(id, models);
  return entry && lifecycleOf(entry, date);
}

/** The day of a moment in UTC, such as "2026-11-30". */
export function dayOf(date: Date): string {
  const number = Math.floor(date.getTime() / DAY_MS);
  // Writing a date costs more than pricing a call, and nearly all of them are today's.
  if (number !== lastDay.number) lastDay = { number, text: date.toISOString().slice(0, 10) };
  return lastDay.text;
}

let lastDay = { number: Number.NaN, text: "" };

/**
 * The newest prices of that day, and among them the row for the longest prompts that this one exceeds. Before
 * its first price a model costs what it cost first.
 */
export function priceOf({ prices }: ModelEntry, date: Date, promptTokens: number): PriceRow | undefined {
  const [only] = prices;
  if (prices.length === 1 && only !== undefined && only.promptTokensAbove === 0) return only;
  const start = startOfPrices(prices, dayOf(date));
  let found: PriceRow | undefined;
  for (const row of prices) {
    if ((row.effectiveFrom ?? "") !== start) continue;
    if (row.promptTokensAbove > 0 && promptTokens <= row.promptTokensAbove) continue;
    if (found === undefined || row.promptTokensAbove > found.promptTokensAbove) found = row;
  }
  return found;
}

/** The newest beginning of prices that is not after a day; the first one where all are. */
function startOfPrices(prices: readonly PriceRow[], day: string): string | undefined {
  let first: string | undefined;
  let newest: string | undefined;
  for (const { effectiveFrom } of prices) {
    const from = effectiveFrom ?? "";
    if (first === undefined || from < first) first = from;
    if (from <= day && (newest === undefined || from > newest)) newest = from;
  }
  return newest ?? first;
}

export function lifecycleOf({ lifecycle }: ModelEntry, date: Date): LifecycleStatus {
  const { deprecatedOn, retiresOn, retiresNotBefore, replacement } = lifecycle;
  const today = dayOf(date);
  return {
    state: stateOf(today, deprecatedOn, retiresOn),
    retiresOn,
    daysLeft: retiresOn === null ? null : Math.max(0, (Date.parse(retiresOn) - Date.parse(today)) / DAY_MS),
    retiresNotBefore,
    replacement,
  };
}

/**
 * The model that serves calls for this one on a day: itself, or for a retired one what replaces it. Undefined where
 * nothing does.
 */
export function servingModelOf(
  model: ModelInfo,
  date: Date,
  models?: ModelCatalogue,
  isAllowed?: (replacement: ModelInfo) => boolean,
): ModelInfo | undefined {
  return isRetired(model, date) ? replacementOf(model, date, models, isAllowed) : model;
}

/** The nearest of a model's replacements, and of theirs, that is allowed and not retired as well. */
export function replacementOf(
  model: ModelInfo,
  date: Date,
  models: ModelCatalogue = AVAILABLE_MODELS,
  isAllowed: (replacement: ModelInfo) => boolean = () => true,
): ModelInfo | undefined {
  // A set is walked to its end while it grows, and a catalogue that goes in circles adds nothing to it.
  const chain = new Set([model]);
  for (const link of chain) {
    if (link !== model && !isRetired(link, date) && isAllowed(link)) return link;
    const next = link.lifecycle.replacement;
    const found = next === null ? undefined : findModel(next, models);
    if (found) chain.add(found);
  }
  return undefined;
}

function isRetired(model: ModelEntry, date: Date): boolean {
  return lifecycleOf(model, date).state === "retired";
}

function stateOf(today: string, deprecatedOn: string | null, retiresOn: string | null): LifecycleState {
  if (retiresOn !== null && today >= retiresOn) return "retired";
  // A date of retirement is the notice, so whoever has one is deprecated, unless that begins later.
  if (deprecatedOn === null ? retiresOn !== null : today >= deprecatedOn) return "deprecated";
  return "active";
}
