import { type LifecycleStatus, lifecycleOf, priceOf } from "../catalogue/look-up.ts";
import { findModel, type ModelInfo, type ModelOptions } from "../catalogue/models.ts";
import type { AIConfiguration } from "../configuration.ts";
import { callPrices } from "../cost/token-prices.ts";
import { compileFor } from "./compile-message-params.ts";
import type { Draft } from "./compiler-rule.ts";
import { apiVersionFor } from "./preferred-api-version.ts";
import { type CompiledFor, type RequestChange, requestChanges } from "./request-changes.ts";
import { type SuccessionOptions, successionOf } from "./succession.ts";

/** An effective configuration to report on. */
export interface ReportedConfiguration<Ref> extends Pick<Draft, "fields">, Pick<SuccessionOptions, "policy"> {
  /** Whatever the caller needs to tell configurations apart. */
  readonly ref: Ref;
  readonly configuration: Readonly<AIConfiguration>;
  /** How many people it applies for; one unless told, and none of what is only handed to others. */
  readonly people?: number | undefined;
}

/** What the same work will cost elsewhere, as a factor of what it costs now. */
export interface CostChange {
  /** Factor of the price of a prompt, with the tokens that the other tokenizer makes of the same text. */
  readonly input: number;
  readonly output: number;
}

export interface AffectedModel {
  readonly model: string;
  readonly displayName: string;
  readonly status: LifecycleStatus;
  readonly replacement: { readonly id: string; readonly displayName: string } | null;
  /** How many people use it. */
  readonly people: number;
}

export interface AffectedConfiguration<Ref> extends AffectedModel {
  readonly ref: Ref;
  /** What a call to the replacement has otherwise than one to the model. */
  readonly changes: readonly RequestChange[];
  /** With the region and the speed that each of them gets. Null where a price is not known, or nothing replaces it. */
  readonly costChange: CostChange | null;
}

export interface LifecycleReport<Ref> {
  /** Models that are deprecated or retired, the most urgent first. */
  readonly models: readonly AffectedModel[];
  readonly configurations: readonly AffectedConfiguration<Ref>[];
  /** Models that the catalogue does not know. */
  readonly unknown: readonly { readonly ref: Ref; readonly model: string }[];
}

/**
 * Which effective configurations use a model that is about to go or gone, and what its replacement would change
 * about their calls and their cost.
 */
export function lifecycleReport<Ref>(
  configurations: readonly ReportedConfiguration<Ref>[],
  date: Date,
  { models }: ModelOptions = {},
): LifecycleReport<Ref> {
  const affected: AffectedConfiguration<Ref>[] = [];
  const unknown: { ref: Ref; model: string }[] = [];
  for (const one of configurations) {
    const id = one.configuration.model.model;
    const model = findModel(id, models);
    if (model === undefined) unknown.push({ ref: one.ref, model: id });
    else if (lifecycleOf(model, date).state !== "active")
      affected.push(
        affectedBy(model, one, successionOf(model, { date, models, policy: one.policy }).next, date),
      );
  }
  return { models: byUrgency(affected), configurations: affected, unknown };
}

function affectedBy<Ref>(
  model: ModelInfo,
  { ref, configuration: { model: wanted }, fields, people = 1 }: ReportedConfiguration<Ref>,
  next: ModelInfo | undefined,
  date: Date,
): AffectedConfiguration<Ref> {
  const compiledFor = (one: ModelInfo): CompiledFor => ({
    model: one,
    compiled: compileFor(one, wanted, { apiVersion: apiVersionFor(one, wanted), fields }),
  });
  const [before, after] = [compiledFor(model), next && compiledFor(next)];
  return {
    ref,
    model: model.id,
    displayName: model.displayName,
    status: lifecycleOf(model, date),
    replacement: next ? { id: next.id, displayName: next.displayName } : null,
    people,
    changes: after ? requestChanges(wanted, before, after) : [],
    costChange: after ? costChange(before, after, date) : null,
  };
}

/** Each model once, with how many people use it. */
function byUrgency(affected: readonly AffectedModel[]): AffectedModel[] {
  const models = new Map<string, AffectedModel>();
  for (const { model, displayName, status, replacement, people } of affected) {
    const sum = (models.get(model)?.people ?? 0) + people;
    models.set(model, { model, displayName, status, replacement, people: sum });
  }
  const urgency = ({ status }: AffectedModel) => status.daysLeft ?? Number.POSITIVE_INFINITY;
  return [...models.values()].sort((a, b) => urgency(a) - urgency(b) || (a.model < b.model ? -1 : 1));
}

function costChange(before: CompiledFor, after: CompiledFor, date: Date): CostChange | null {
  const [old, next] = [pricesOf(before, date), pricesOf(after, date)];
  if (!old?.input || !old.output || !next) return null;
  const tokens = after.model.tokenFactor / before.model.tokenFactor;
  const factor = (a: bigint, b: bigint) => Number(((Number(b) / Number(a)) * tokens).toFixed(4));
  return { input: factor(old.input, next.input), output: factor(old.output, next.output) };
}

/** Of a short prompt. */
function pricesOf({ model, compiled: { params } }: CompiledFor, date: Date) {
  const row = priceOf(model, date, 0);
  return row && callPrices(model, row, { geo: params.inference_geo, speed: params.speed }).perToken;
}
