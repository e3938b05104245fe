import { deepFreeze } from "../deep-freeze.ts";
import { BUILT_IN_MODELS, CATALOGUE_DATE } from "./built-in-models.ts";
import type { ModelEntry, PriceRow } from "./model-entry.ts";

/** A model with its list price on the day of the catalogue in the words of the configuration's `capabilities`. */
export interface ModelInfo extends ModelEntry {
  /** USD per 1,000 tokens of a short prompt; undefined where no price is known, because that is not free. */
  readonly costPer1kInputTokens: number | undefined;
  readonly costPer1kOutputTokens: number | undefined;
}

/** Models by id. */
export type ModelCatalogue = Readonly<Record<string, ModelInfo>>;

/** Which catalogue to judge by; the built-in one unless told. */
export interface ModelOptions {
  models?: ModelCatalogue | undefined;
}

/** Makes a catalogue of entries; of two with the same id the later one counts. */
export function catalogueOf(entries: readonly ModelEntry[]): ModelCatalogue {
  return deepFreeze(Object.fromEntries(entries.map((entry) => [entry.id, withListPrice(entry)])));
}

/** The models a configuration may name, unless an operator's catalogue says more. */
export const AVAILABLE_MODELS: ModelCatalogue = catalogueOf(BUILT_IN_MODELS);

/** The model of that id or alias, or undefined. Names every object inherits, such as "constructor", are none. */
export function findModel(id: string, models: ModelCatalogue = AVAILABLE_MODELS): ModelInfo | undefined {
  if (Object.hasOwn(models, id)) return models[id];
  for (const name in models) if (models[name]?.aliases.includes(id)) return models[name];
  return undefined;
}

function withListPrice(entry: ModelEntry): ModelInfo {
  const row = listRow(entry);
  return {
    ...entry,
    costPer1kInputTokens: row && perThousand(row.input),
    costPer1kOutputTokens: row && perThousand(row.output),
  };
}

/** The price of a short prompt on the day of the catalogue: one that is only announced is not the price yet. */
function listRow({ prices }: ModelEntry): PriceRow | undefined {
  const start = ({ effectiveFrom }: PriceRow) => effectiveFrom ?? "";
  const rows = prices
    .filter(({ promptTokensAbove }) => promptTokensAbove === 0)
    .sort((a, b) => (start(a) < start(b) ? -1 : 1));
  return rows.findLast((row) => start(row) <= CATALOGUE_DATE) ?? rows[0];
}

/** Rounds the binary quotient back to the decimal that is meant: 0.25 a million is 0.00025 a thousand. */
function perThousand(perMillion: number): number {
  return Number((perMillion / 1_000).toFixed(9));
}
