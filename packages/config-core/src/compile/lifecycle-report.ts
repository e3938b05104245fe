import { type LifecycleStatus, lifecycleOf, priceOf, servingModelOf } from "../catalogue/look-up.ts";
import { findModel, type ModelInfo, type ModelOptions } from "../catalogue/models.ts";
import type { AIConfiguration } from "../configuration.ts";
import { compileMessageParams } from "./compile-message-params.ts";
import type { Adjustment } from "./compiler-rule.ts";
import { preferredApiVersion } from "./preferred-api-version.ts";

/** What the same work will cost elsewhere, as a factor of what it costs now. */
export interface CostChange {
  /** Factor of the price of a prompt, with the tokens that the other tokenizer makes of the same text. */
  readonly input: number;
  readonly output: number;
}

export interface AffectedConfiguration<Ref> {
  /** Whatever the caller passed to tell configurations apart. */
  readonly ref: Ref;
  readonly model: string;
  readonly displayName: string;
  readonly status: LifecycleStatus;
  readonly replacement: { readonly id: string; readonly displayName: string } | null;
  /** What a call to the replacement leaves out or changes of this configuration. */
  readonly changes: readonly Adjustment[];
  /** Null where one of the prices is not known, or nothing replaces the model. */
  readonly costChange: CostChange | null;
}

export interface AffectedModel {
  readonly model: string;
  readonly displayName: string;
  readonly status: LifecycleStatus;
  readonly replacement: { readonly id: string; readonly displayName: string } | null;
  /** How many of the configurations use it. */
  readonly count: number;
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
  configurations: readonly { readonly ref: Ref; readonly configuration: Readonly<AIConfiguration> }[],
  date: Date,
  options: ModelOptions = {},
): LifecycleReport<Ref> {
  const affected: AffectedConfiguration<Ref>[] = [];
  const unknown: { ref: Ref; model: string }[] = [];
  const models = new Map<string, AffectedModel>();
  for (const { ref, configuration } of configurations) {
    const model = findModel(configuration.model.model, options.models);
    if (model === undefined) {
      unknown.push({ ref, model: configuration.model.model });
      continue;
    }
    const status = lifecycleOf(model, date);
    if (status.state === "active") continue;
    const next = replacementOf(model, date, options);
    const replacement = next ? { id: next.id, displayName: next.displayName } : null;
    const about = { model: model.id, displayName: model.displayName, status, replacement };
    affected.push({
      ref,
      ...about,
      changes: next ? changesWith(next, configuration, date, options) : [],
      costChange: next ? costChange(model, next, date) : null,
    });
    models.set(model.id, { ...about, count: (models.get(model.id)?.count ?? 0) + 1 });
  }
  const urgency = ({ status }: AffectedModel) => status.daysLeft ?? Number.POSITIVE_INFINITY;
  return {
    models: [...models.values()].sort((a, b) => urgency(a) - urgency(b) || (a.model < b.model ? -1 : 1)),
    configurations: affected,
    unknown,
  };
}

function replacementOf(
  { lifecycle: { replacement } }: ModelInfo,
  date: Date,
  { models }: ModelOptions,
): ModelInfo | undefined {
  const named = replacement === null ? undefined : findModel(replacement, models);
  return named && servingModelOf(named, date, models);
}

/** Also what it cannot do of what is asked now, but not what neither model can do. */
function changesWith(
  next: ModelInfo,
  configuration: Readonly<AIConfiguration>,
  date: Date,
  { models }: ModelOptions,
): readonly Adjustment[] {
  const changed = { ...configuration, model: { ...configuration.model, model: next.id } };
  const options = { date, models };
  const before = preferredApiVersion(configuration, options);
  const now = compileMessageParams(
    { ...configuration, model: { ...configuration.model, onRetiredModel: "replace" as const } },
    { apiVersion: before, ...options },
  );
  const then = compileMessageParams(changed, {
    apiVersion: preferredApiVersion(changed, options),
    ...options,
  });
  const already = new Set(now.adjustments.map(({ path }) => path));
  return then.adjustments.filter(({ path }) => now.params.model === next.id || !already.has(path));
}

function costChange(from: ModelInfo, to: ModelInfo, date: Date): CostChange | null {
  const before = priceOf(from, date, 0);
  const after = priceOf(to, date, 0);
  if (!before?.input || !before.output || !after) return null;
  const tokens = to.tokenFactor / from.tokenFactor;
  const factor = (a: number, b: number) => Number(((b / a) * tokens).toFixed(4));
  return { input: factor(before.input, after.input), output: factor(before.output, after.output) };
}
