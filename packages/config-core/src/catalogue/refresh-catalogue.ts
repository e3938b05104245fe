import * as z from "zod/mini";

import { CONTRACT_MODELS } from "./built-in-models.ts";
import { dayOf } from "./look-up.ts";
import {
  EFFORTS,
  type Lifecycle,
  type ModelEntry,
  OUTPUT_TOKENS_MAX,
  THINKING_TYPES,
} from "./model-entry.ts";
import {
  AVAILABLE_MODELS,
  catalogueOf,
  findModel,
  type ModelCatalogue,
  type ModelOptions,
} from "./models.ts";

const supported = z.object({ supported: z.optional(z.boolean()) });

/** What we read of one model of `GET /v1/models`; what is added to it later does not disturb. */
const remoteModelSchema = z.object({
  id: z.string().check(z.minLength(1), z.maxLength(100)),
  display_name: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
  max_input_tokens: z.optional(z.nullable(z.int().check(z.minimum(1)))),
  max_tokens: z.optional(z.nullable(z.int().check(z.minimum(1)))),
  created_at: z.optional(z.nullable(z.string())),
  line: z.optional(z.nullable(z.string())),
  lifecycle: z.optional(z.nullable(z.string())),
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

const NO_DATES: Lifecycle = {
  deprecatedOn: null,
  retiresOn: null,
  retiresNotBefore: null,
  replacement: null,
};

/** The stage is the signal of retirement (types of @anthropic-ai/sdk 1.12): a date is only its plan. */
function lifecycleIn(remote: RemoteModel, known: Lifecycle = NO_DATES, today: string): Lifecycle {
  const deprecatedOn = dayIn(remote.deprecated_at) ?? known.deprecatedOn;
  const retiresOn = dayIn(remote.retires_at);
  const ended = retiresOn ?? known.retiresOn ?? today;
  switch (remote.lifecycle) {
    case "active":
      return { ...known, deprecatedOn: null, retiresOn: null };
    case "deprecated":
      return {
        ...known,
        deprecatedOn: deprecatedOn ?? today,
        // A day that has passed is overdue, not over.
        retiresOn: retiresOn && retiresOn > today ? retiresOn : null,
      };
    case "retired":
      return { ...known, deprecatedOn, retiresOn: ended < today ? ended : today };
    default:
      return { ...known, deprecatedOn, retiresOn: retiresOn ?? known.retiresOn };
  }
}

/** The newest active model of its line that has a price: without any, calls would fail on the day. */
function successorOf(
  leaving: RemoteModel,
  all: readonly RemoteModel[],
  models: ModelCatalogue,
): string | null {
  let newest: RemoteModel | undefined;
  for (const one of all) {
    if (!one.line || one.line !== leaving.line || one.lifecycle !== "active") continue;
    if (!findModel(one.id, models)?.prices.length) continue;
    if ((one.created_at ?? "") > (newest?.created_at ?? "")) newest = one;
  }
  return newest?.id ?? null;
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
    ["lifecycle.replacement", before.lifecycle.replacement, after.lifecycle.replacement],
  ];
  return pairs
    .filter(([, from, to]) => JSON.stringify(from) !== JSON.stringify(to))
    .map(([path, from, to]) => ({ id: before.id, path, from, to }));
}
