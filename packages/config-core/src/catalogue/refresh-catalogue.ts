import * as z from "zod/mini";

import { EFFORTS, type ModelEntry, THINKING_TYPES } from "./model-entry.ts";
import { AVAILABLE_MODELS, catalogueOf, findModel, type ModelCatalogue } from "./models.ts";

const supported = z.object({ supported: z.optional(z.boolean()) });

/** What we read of one model of `GET /v1/models`; what is added to it later does not disturb. */
const remoteModelSchema = z.object({
  id: z.string().check(z.minLength(1), z.maxLength(100)),
  display_name: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
  max_input_tokens: z.optional(z.nullable(z.int().check(z.minimum(1)))),
  max_tokens: z.optional(z.nullable(z.int().check(z.minimum(1)))),
  deprecated_at: z.optional(z.nullable(z.string())),
  retires_at: z.optional(z.nullable(z.string())),
  capabilities: z.optional(
    z.nullable(
      z.object({
        thinking: z.optional(z.nullable(z.object({ types: z.optional(z.record(z.string(), supported)) }))),
        effort: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
      }),
    ),
  ),
});

type RemoteModel = z.infer<typeof remoteModelSchema>;

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
 * does not tell, and never an output limit above the catalogue's, which may be a contract of its own. A model
 * that is new gets no price, so nothing is spent on it under a budget.
 */
export function refreshCatalogue(
  remoteModels: readonly unknown[],
  models: ModelCatalogue = AVAILABLE_MODELS,
): RefreshedCatalogue {
  const entries = new Map<string, ModelEntry>(Object.entries(models));
  const changes: CatalogueChange[] = [];
  let skipped = 0;
  for (const candidate of remoteModels) {
    const parsed = remoteModelSchema.safeParse(candidate);
    if (!parsed.success) {
      skipped += 1;
      continue;
    }
    const known = findModel(parsed.data.id, models);
    const merged = known === undefined ? newEntry(parsed.data) : mergedEntry(known, parsed.data);
    entries.set(merged.id, merged);
    if (known === undefined)
      changes.push({ id: merged.id, path: "", from: undefined, to: merged.displayName });
    else changes.push(...differences(known, merged));
  }
  return { models: catalogueOf([...entries.values()]), changes, skipped };
}

function mergedEntry(known: ModelEntry, remote: RemoteModel): ModelEntry {
  const thinkingTypes = thinkingTypesOf(remote) ?? known.thinkingTypes;
  const efforts = effortsOf(remote) ?? known.efforts;
  return {
    ...known,
    displayName: remote.display_name ?? known.displayName,
    contextWindow: remote.max_input_tokens ?? known.contextWindow,
    outputLimit: Math.min(remote.max_tokens ?? known.outputLimit, known.outputLimit),
    thinkingTypes,
    efforts,
    defaultEffort:
      known.defaultEffort !== null && efforts.includes(known.defaultEffort) ? known.defaultEffort : null,
    lifecycle: {
      ...known.lifecycle,
      deprecatedOn: dayIn(remote.deprecated_at) ?? known.lifecycle.deprecatedOn,
      retiresOn: dayIn(remote.retires_at) ?? known.lifecycle.retiresOn,
    },
  };
}

/** The most cautious reading of a model that only Anthropic knows. */
function newEntry(remote: RemoteModel): ModelEntry {
  return {
    id: remote.id,
    aliases: [],
    displayName: remote.display_name ?? remote.id,
    contextWindow: remote.max_input_tokens ?? 200_000,
    outputLimit: remote.max_tokens ?? 4096,
    prices: [],
    batchMultiplier: null,
    fastMultiplier: null,
    geoMultipliers: {},
    tokenFactor: 1.3,
    sampling: "none",
    thinkingTypes: thinkingTypesOf(remote) ?? [],
    thinksByDefault: false,
    efforts: effortsOf(remote) ?? [],
    defaultEffort: null,
    effortWithoutThinking: "high",
    supportedFeatures: ["streaming"],
    lifecycle: {
      deprecatedOn: dayIn(remote.deprecated_at) ?? null,
      retiresOn: dayIn(remote.retires_at) ?? null,
      retiresNotBefore: null,
      replacement: null,
    },
    source: "GET /v1/models",
  };
}

function thinkingTypesOf({ capabilities }: RemoteModel): ModelEntry["thinkingTypes"] | undefined {
  const types = capabilities?.thinking?.types;
  return types && THINKING_TYPES.filter((type) => types[type]?.supported === true);
}

function effortsOf({ capabilities }: RemoteModel): ModelEntry["efforts"] | undefined {
  const levels = capabilities?.effort;
  if (!levels) return undefined;
  return EFFORTS.filter((effort) => supported.safeParse(levels[effort]).data?.supported === true);
}

function dayIn(moment: string | null | undefined): string | undefined {
  const day = moment?.slice(0, 10);
  return day !== undefined && /^\d{4}-\d{2}-\d{2}$/.test(day) ? day : undefined;
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
  ];
  return pairs
    .filter(([, from, to]) => JSON.stringify(from) !== JSON.stringify(to))
    .map(([path, from, to]) => ({ id: before.id, path, from, to }));
}
