import * as z from "zod/mini";

import { deepFreeze } from "./deep-freeze.ts";
import { annotations, type Field, type FieldDetails } from "./field.ts";
import { apiKeys } from "./sections/api-keys.ts";
import { costBudget } from "./sections/cost-budget.ts";
import { model } from "./sections/model.ts";
import { rateLimiting } from "./sections/rate-limiting.ts";
import { retryStrategy } from "./sections/retry-strategy.ts";
import { timeouts } from "./sections/timeouts.ts";

/** Every section there is. Schemas, types, defaults and the field registry below all come from here. */
const sections = { model, rateLimiting, retryStrategy, costBudget, apiKeys, timeouts };

type Sections = typeof sections;

export type SectionName = keyof Sections;

/** The address of one field, such as "model.temperature". */
export type FieldPath = {
  [Section in SectionName]: `${Section}.${keyof Sections[Section]["fields"] & string}`;
}[SectionName];

/** One entry of the field registry. */
export interface FieldDefinition extends FieldDetails {
  readonly path: FieldPath;
  readonly section: SectionName;
  readonly name: string;
}

export interface SectionDefinition {
  readonly name: SectionName;
  readonly title: string;
  readonly description: string;
  readonly fields: readonly FieldDefinition[];
}

const capabilities = z.strictObject({
  contextWindow: z.int().check(z.positive()),
  outputLimit: z.int().check(z.positive()),
  // Absent where no price is known: that is not free.
  costPer1kInputTokens: z.optional(z.number().check(z.nonnegative())),
  costPer1kOutputTokens: z.optional(z.number().check(z.nonnegative())),
  supportedFeatures: z.array(z.string()),
});

annotations.add(capabilities, {
  title: "Capabilities",
  description: "What the chosen model can do. Derived from the model catalogue.",
  readOnly: true,
});

export const configurationSchema = z.strictObject({
  model: model.whole,
  rateLimiting: rateLimiting.whole,
  retryStrategy: retryStrategy.whole,
  costBudget: costBudget.whole,
  apiKeys: apiKeys.whole,
  timeouts: timeouts.whole,
  capabilities: z.optional(capabilities),
});

export const layerSchema = z.strictObject({
  model: z.optional(model.layer),
  rateLimiting: z.optional(rateLimiting.layer),
  retryStrategy: z.optional(retryStrategy.layer),
  costBudget: z.optional(costBudget.layer),
  apiKeys: z.optional(apiKeys.layer),
  timeouts: z.optional(timeouts.layer),
});

export const patchSchema = z.strictObject({
  model: z.optional(z.nullable(model.patch)),
  rateLimiting: z.optional(z.nullable(rateLimiting.patch)),
  retryStrategy: z.optional(z.nullable(retryStrategy.patch)),
  costBudget: z.optional(z.nullable(costBudget.patch)),
  apiKeys: z.optional(z.nullable(apiKeys.patch)),
  timeouts: z.optional(z.nullable(timeouts.patch)),
});

export type AIConfiguration = z.infer<typeof configurationSchema>;
export type ModelConfiguration = AIConfiguration["model"];
export type RateLimiting = AIConfiguration["rateLimiting"];
export type RetryStrategy = AIConfiguration["retryStrategy"];
export type CostBudget = AIConfiguration["costBudget"];
export type ApiKeys = AIConfiguration["apiKeys"];
export type Timeouts = AIConfiguration["timeouts"];
/** What the chosen model can do. Derived, never stored. */
export type Capabilities = z.infer<typeof capabilities>;

/** What a layer may hold: any writable field, none required. */
export type PartialConfiguration = z.infer<typeof layerSchema>;
/** A merge patch of a layer: `null` removes a field or a section, so that it is inherited again. */
export type ConfigurationPatch = z.infer<typeof patchSchema>;

/** The sections in the order people see them, each with its fields. */
export const SECTIONS: readonly SectionDefinition[] = deepFreeze(
  Object.entries(sections).map(([section, { title, description, fields }]) => ({
    name: section as SectionName,
    title,
    description,
    fields: Object.entries<Field>(fields).map(([name, { details }]) => ({
      path: `${section}.${name}` as FieldPath,
      section: section as SectionName,
      name,
      ...details,
    })),
  })),
);

/** Every field of every section: the one registry behind schemas, forms, database checks and JSON Schema. */
export const FIELDS: readonly FieldDefinition[] = Object.freeze(
  SECTIONS.flatMap((section) => section.fields),
);

const fieldsByPath: ReadonlyMap<string, FieldDefinition> = new Map(
  FIELDS.map((field) => [field.path, field]),
);

/** The definition of the field with that path, or undefined where there is none. */
export function fieldAt(path: string): FieldDefinition | undefined {
  return fieldsByPath.get(path);
}

const writableFields: ReadonlyMap<string, ReadonlyMap<string, FieldDefinition>> = new Map(
  SECTIONS.map(({ name, fields }) => [
    name,
    new Map(fields.filter(({ writable }) => writable).map((field) => [field.name, field])),
  ]),
);

/** The fields of a section that a layer may hold, by name; undefined where there is no such section. */
export function writableFieldsOf(section: string): ReadonlyMap<string, FieldDefinition> | undefined {
  return writableFields.get(section);
}

const schemas = Object.fromEntries(
  Object.entries(sections).flatMap(([section, { fields }]) =>
    Object.entries<Field>(fields).map(([name, { schema }]) => [`${section}.${name}`, schema]),
  ),
) as Readonly<Record<FieldPath, z.ZodMiniType>>;

/** The schema of one field's value. */
export function schemaOf(path: FieldPath): z.ZodMiniType {
  return schemas[path];
}

/** What applies where no layer says anything. It costs nothing to share: it cannot be changed. */
export const DEFAULT_AI_CONFIGURATION: Readonly<AIConfiguration> = deepFreeze(
  Object.fromEntries(
    Object.entries(sections).map(([section, { fields }]) => [
      section,
      Object.fromEntries(
        Object.entries<Field>(fields)
          .filter(([, field]) => field.fallback !== undefined)
          .map(([name, field]) => [name, field.fallback]),
      ),
    ]),
  ) as unknown as AIConfiguration,
);
