import { CONTRACT_MODELS } from "./built-in-models.ts";
import { dayOf } from "./look-up.ts";
import { type Lifecycle, type ModelEntry, OUTPUT_TOKENS_MAX } from "./model-entry.ts";
import {
  AVAILABLE_MODELS,
  catalogueOf,
  findModel,
  type ModelCatalogue,
  type ModelOptions,
} from "./models.ts";
import { lifecycleIn, successorOf } from "./remote-lifecycle.ts";
import { effortsOf, type RemoteModel, remoteModelSchema, thinkingTypesOf } from "./remote-model.ts";

/** One fact that Anthropic states differently from the catalogue. */
export interface CatalogueChange {
  readonly id: string;
  /** Such as "lifecycle.retiresOn"; "" for a model that the catalogue did not know. */
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

export interface RefreshedCatalogue {
  readonly models: ModelCatalogue;
  readonly changes: readonly CatalogueChange[];
  /** Entries of the answer that could not be read. */
  readonly skipped: number;
}

/**
 * Merges what `GET /v1/models` says: names, limits, retirement, thinking types and efforts. Never prices, which it
 * does not tell, and no output limit above one of the contract's or an operator's. A model that is new gets no
 * price, so nothing is spent on it under a budget. `date` is when it said so.
 */
export function refreshCatalogue(
  remoteModels: readonly unknown[],
  { date, models = AVAILABLE_MODELS }: ModelOptions & { readonly date: Date },
): RefreshedCatalogue {
  const readable = remoteModels
    .map((candidate) => remoteModelSchema.safeParse(candidate).data)
    .filter((remote) => remote !== undefined);
  const entries = new Map<string, ModelEntry>(Object.entries(models));
  const changes: CatalogueChange[] = [];
  for (const remote of readable) {
    const known = findModel(remote.id, models);
    const dates = lifecycleIn(remote, known?.lifecycle, dayOf(date));
    const isLeaving = (dates.deprecatedOn ?? dates.retiresOn) !== null;
    const replacement = dates.replacement ?? (isLeaving ? successorOf(remote, readable, models) : null);
    const lifecycle = { ...dates, replacement };
    const merged = known ? mergedEntry(known, remote, lifecycle) : newEntry(remote, lifecycle);
    entries.set(merged.id, merged);
    if (known) changes.push(...differences(known, merged));
    else changes.push({ id: merged.id, path: "", from: undefined, to: merged.displayName });
  }
  const skipped = remoteModels.length - readable.length;
  return { models: catalogueOf([...entries.values()]), changes, skipped };
}

function mergedEntry(known: ModelEntry, remote: RemoteModel, lifecycle: Lifecycle): ModelEntry {
  const thinkingTypes = thinkingTypesOf(remote) ?? known.thinkingTypes;
  const efforts = effortsOf(remote) ?? known.efforts;
  return {
    ...known,
    displayName: remote.display_name ?? known.displayName,
    contextWindow: remote.max_input_tokens ?? known.contextWindow,
    outputLimit: outputLimitOf(known, remote),
    thinkingTypes,
    efforts,
    defaultEffort:
      known.defaultEffort !== null && efforts.includes(known.defaultEffort) ? known.defaultEffort : null,
    lifecycle,
  };
}

/** What Anthropic says, except where the catalogue means another limit than Anthropic's. */
function outputLimitOf(known: ModelEntry, { max_tokens: said }: RemoteModel): number {
  if (!said) return known.outputLimit;
  const isMeant =
    CONTRACT_MODELS.includes(known.id) || known.outputLimit !== AVAILABLE_MODELS[known.id]?.outputLimit;
  return Math.min(said, isMeant ? known.outputLimit : OUTPUT_TOKENS_MAX);
}

/** The most cautious reading of a model that only Anthropic knows. */
function newEntry(remote: RemoteModel, lifecycle: Lifecycle): ModelEntry {
  return {
    id: remote.id,
    aliases: [],
    displayName: remote.display_name ?? remote.id,
    contextWindow: remote.max_input_tokens ?? 200_000,
    outputLimit: Math.min(remote.max_tokens ?? 4096, OUTPUT_TOKENS_MAX),
    prices: [],
    batchMultiplier: null,
    fastMultiplier: null,
    geoMultipliers: {},
    tokenFactor: 1.3,
    sampling: "none",
    thinkingTypes: thinkingTypesOf(remote) ?? [],
    thinksByDefault: true,
    efforts: effortsOf(remote) ?? [],
    defaultEffort: null,
    effortWithoutThinking: "high",
    supportedFeatures: ["streaming"],
    lifecycle,
    source: "GET /v1/models",
  };
}

function differences(before: ModelEntry, after: ModelEntry): CatalogueChange[] {
  const pairs: [path: string, from: unknown, to: unknown][] = [
    ["displayName", before.displayName, after.displayName],
    ["contextWindow", before.contextWindow, after.contextWindow],
    ["outputLimit", before.outputLimit, after.outputLimit],
    ["thinkingTypes", before.thinkingTypes, after.thinkingTypes],
    ["efforts", before.efforts, after.efforts],
    ["defaultEffort", before.defaultEffort, after.defaultEffort],
    ["lifecycle.deprecatedOn", before.lifecycle.deprecatedOn, after.lifecycle.deprecatedOn],
    ["lifecycle.retiresOn", before.lifecycle.retiresOn, after.lifecycle.retiresOn],
    ["lifecycle.replacement", before.lifecycle.replacement, after.lifecycle.replacement],
  ];
  return pairs
    .filter(([, from, to]) => JSON.stringify(from) !== JSON.stringify(to))
    .map(([path, from, to]) => ({ id: before.id, path, from, to }));
}
