import { findModel, type ModelInfo, type ModelOptions } from "./catalogue/models.ts";
import {
  type AIConfiguration,
  type Capabilities,
  DEFAULT_AI_CONFIGURATION,
  FIELDS,
  type FieldPath,
  SECTIONS,
} from "./configuration.ts";
import type { FieldExplanation, FieldSource } from "./field-explanation.ts";
import { inconsistenciesOf } from "./find-inconsistencies.ts";
import type { Issue } from "./issue.ts";
import { compareLayers, type Layer, type LayerRef } from "./layer.ts";
import { imposePolicy } from "./policy/impose-policy.ts";
import type { Policy } from "./policy/policy.ts";
import { readField } from "./read-field.ts";
import { readLayer } from "./read-layer.ts";

export interface ResolveOptions extends ModelOptions {
  /** What an organization imposes above every layer, and its name. */
  readonly policy?: { readonly rules: Policy; readonly name?: string | undefined } | undefined;
}

export interface Resolution {
  readonly configuration: Readonly<AIConfiguration>;
  readonly fields: Readonly<Record<FieldPath, FieldExplanation>>;
  /** What was ignored, and what does not fit together. */
  readonly problems: readonly Issue[];
}

const DEFAULTS: LayerRef = Object.freeze({ source: "defaults" });
const NOTHING_HIDDEN: readonly FieldSource[] = Object.freeze([]);

const DEFAULT_SOURCES = byPath((path) => sourceOf(DEFAULTS, readField(DEFAULT_AI_CONFIGURATION, path)));

/** Shared by every resolution, since most fields of most people are what the product ships with. */
const DEFAULT_EXPLANATIONS: Readonly<Record<FieldPath, FieldExplanation>> = byPath((path) =>
  Object.freeze({ ...DEFAULT_SOURCES[path], hidden: NOTHING_HIDDEN }),
);

/**
 * The effective configuration of some layers over the built-in defaults, field by field, with the source of
 * every value and what it hides. It never throws: a stored value that is not valid is left out and reported,
 * as if its layer did not mention the field; a policy is trusted, see `readPolicy`. Valid values that contradict each other are kept and reported,
 * since each limit binds by itself; so is a model that the catalogue does not know, without capabilities.
 */
export function resolveConfiguration(layers: readonly Layer[], options: ResolveOptions = {}): Resolution {
  const stacks = new Map<FieldPath, FieldSource[]>();
  const problems: Issue[] = [];

  for (const layer of [...layers].sort(compareLayers)) {
    const ref = refOf(layer);
    const read = readLayer(layer);
    for (const [path, value] of read.values) {
      const source = sourceOf(ref, value);
      const stack = stacks.get(path);
      if (stack) stack.push(source);
      else stacks.set(path, [source]);
    }
    for (const { path, code, message } of read.problems) {
      problems.push({ path, code, message: `Ignored in ${nameOf(ref)}: ${message}` });
    }
  }

  const fields: Record<FieldPath, FieldExplanation> = { ...DEFAULT_EXPLANATIONS };
  for (const [path, stack] of stacks) fields[path] = explain(path, stack);
  if (options.policy) {
    const { rules, name } = options.policy;
    imposePolicy(fields, rules, Object.freeze({ source: "policy", ...(name !== undefined && { name }) }));
  }
  problems.push(...inconsistenciesOf((path) => fields[path].value, options.models));

  return Object.freeze({
    configuration: configurationOf(fields, options),
    fields: Object.freeze(fields),
    problems: Object.freeze(problems.map((problem) => Object.freeze(problem))),
  });
}

/** The topmost of the layers that set a field wins; the rest and the default are what it hides. */
function explain(path: FieldPath, stack: FieldSource[]): FieldExplanation {
  const hidden = [DEFAULT_SOURCES[path], ...stack].reverse();
  const [winner = DEFAULT_SOURCES[path]] = hidden.splice(0, 1);
  return Object.freeze({
    value: winner.value,
    source: winner.source,
    layer: winner.layer,
    hidden: Object.freeze(hidden),
  });
}

function configurationOf(
  fields: Readonly<Record<FieldPath, FieldExplanation>>,
  options: ModelOptions,
): Readonly<AIConfiguration> {
  const configuration: Record<string, unknown> = {};
  for (const section of SECTIONS) {
    if (section.fields.every(({ path }) => fields[path] === DEFAULT_EXPLANATIONS[path])) {
      configuration[section.name] = DEFAULT_AI_CONFIGURATION[section.name];
      continue;
    }
    const values: Record<string, unknown> = {};
    for (const { path, name } of section.fields) {
      const { value } = fields[path];
      if (value !== undefined) values[name] = value;
    }
    configuration[section.name] = Object.freeze(values);
  }
  const model = findModel(String(fields["model.model"].value), options.models);
  if (model !== undefined) configuration.capabilities = capabilitiesOf(model);
  return Object.freeze(configuration) as unknown as Readonly<AIConfiguration>;
}

function capabilitiesOf(model: ModelInfo): Readonly<Capabilities> {
  const { contextWindow, outputLimit, costPer1kInputTokens, costPer1kOutputTokens, supportedFeatures } =
    model;
  return Object.freeze({
    contextWindow,
    outputLimit,
    ...(costPer1kInputTokens !== undefined && { costPer1kInputTokens }),
    ...(costPer1kOutputTokens !== undefined && { costPer1kOutputTokens }),
    supportedFeatures,
  });
}

function sourceOf(layer: LayerRef, value: unknown): FieldSource {
  return Object.freeze({ value, source: layer.source, layer });
}

/** Only the name tag: a row that is passed as a layer must not travel along with each of its fields. */
function refOf({ source, id, name, version, priority, createdAt, updatedAt, updatedBy }: Layer): LayerRef {
  return Object.freeze({ source, id, name, version, priority, createdAt, updatedAt, updatedBy });
}

function nameOf({ source, name }: LayerRef): string {
  return name === undefined ? `the ${source} layer` : `the ${source} layer "${name}"`;
}

function byPath<T>(make: (path: FieldPath) => T): Record<FieldPath, T> {
  return Object.fromEntries(FIELDS.map(({ path }) => [path, make(path)])) as Record<FieldPath, T>;
}
