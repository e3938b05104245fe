import * as z from "zod/mini";

import { containsSecret, SECRET_MESSAGE } from "./secret.ts";

// zod's compiled parser needs `new Function`, which a strict content security policy reports as a violation
// and edge workers refuse. It has to be off before the first schema is made.
z.config({ jitless: true });

export type FieldUnit = "tokens" | "ms" | "USD" | "requests" | "requests/min" | "retries" | "version";
export type FieldControl =
  | "number"
  | "slider"
  | "select"
  | "switch"
  | "percentages"
  | "texts"
  | "thinking"
  | "model"
  | "zone"
  | "secret"
  | "readonly";
/** `choice_or_integer` is one of `options`, or a whole number within the bounds. */
export type FieldType =
  | "number"
  | "integer"
  | "boolean"
  | "string"
  | "numbers"
  | "strings"
  | "choice_or_integer";

/** What people and machines need to know about one field: words for the UI, bounds for every check. */
export interface FieldDetails {
  readonly label: string;
  readonly help: string;
  readonly unit?: FieldUnit;
  readonly control: FieldControl;
  readonly type: FieldType;
  /** Bounds of the number, or of each number of a list. */
  readonly min?: number;
  readonly max?: number;
  readonly exclusiveMin?: number;
  readonly step?: number;
  /** Greatest length of a list. */
  readonly maxItems?: number;
  /** Greatest length of a text, or of each text of a list. */
  readonly maxLength?: number;
  readonly options?: readonly { readonly value: string; readonly label: string }[];
  /** Whether a layer may hold it. */
  readonly writable: boolean;
  /** Other words people search it by. */
  readonly synonyms: readonly string[];
}

/** A field with its schema and its default. `whole` is the schema inside a complete configuration. */
export interface Field<
  Schema extends z.ZodMiniType = z.ZodMiniType,
  Whole extends z.ZodMiniType = z.ZodMiniType,
  Writable extends boolean = boolean,
> {
  readonly schema: Schema;
  readonly whole: Whole;
  readonly fallback: z.output<Whole>;
  readonly details: FieldDetails & { readonly writable: Writable };
}

interface Words {
  label: string;
  help: string;
  synonyms?: readonly string[];
}

interface NumberOptions extends Words {
  unit?: FieldUnit;
  min: number;
  max: number;
  step?: number;
  fallback: number;
}

/** What the generated JSON Schema says beyond types and bounds, by schema. */
export const annotations = z.registry<{
  title: string;
  description: string;
  default?: unknown;
  readOnly?: boolean;
  uniqueItems?: boolean;
}>();

function field<Schema extends z.ZodMiniType, Writable extends boolean>(
  schema: Schema,
  fallback: z.output<Schema>,
  { synonyms = [], ...details }: Omit<FieldDetails, "writable" | "synonyms"> & Words,
  writable: Writable,
): Field<Schema, Schema, Writable> {
  const complete = { ...details, synonyms, writable };
  annotations.add(schema, { ...annotationOf(complete), default: fallback });
  return { schema, whole: schema, fallback, details: complete };
}

function annotationOf({ label, help, writable, type }: FieldDetails) {
  return {
    title: label,
    description: help,
    ...(writable ? {} : { readOnly: true }),
    ...(type === "numbers" ? { uniqueItems: true } : {}),
  };
}

/** A number between two bounds, both allowed. */
export function numberField({ fallback, ...details }: NumberOptions & { control?: FieldControl }) {
  const schema = z.number().check(z.minimum(details.min), z.maximum(details.max));
  return field(schema, fallback, { control: "number", type: "number", ...details }, true);
}

/** A whole number between two bounds, both allowed. */
export function integerField({ fallback, ...details }: NumberOptions) {
  const schema = z.int().check(z.minimum(details.min), z.maximum(details.max));
  return field(schema, fallback, { control: "number", type: "integer", step: 1, ...details }, true);
}

/** A whole number that the product itself counts. */
export function countedField({ fallback, ...details }: NumberOptions) {
  const schema = z.int().check(z.minimum(details.min), z.maximum(details.max));
  return field(schema, fallback, { control: "readonly", type: "integer", ...details }, false);
}

export function switchField({ fallback, ...details }: Words & { fallback: boolean }) {
  return field(z.boolean(), fallback, { control: "switch", type: "boolean", ...details }, true);
}

/** One of a few words, each with the label people see. */
export function choiceField<const Value extends string>({
  fallback,
  options,
  ...details
}: Words & { options: readonly { value: Value; label: string }[]; fallback: NoInfer<Value> }) {
  const schema = z.enum(options.map((option) => option.value));
  return field(
    schema,
    fallback as z.output<typeof schema>,
    { control: "select", type: "string", options, ...details },
    true,
  );
}

/** The id of a model. Whether the catalogue knows it is not a matter of shape: stored ids outlive catalogues. */
export function modelField({ fallback, ...details }: Words & { fallback: string }) {
  const maxLength = 100;
  const schema = plainText(maxLength).check(z.minLength(1));
  return field(schema, fallback, { control: "model", type: "string", maxLength, ...details }, true);
}

/** A time zone by its IANA name. Which ones there are is for the system to say, so it is no matter of shape. */
export function zoneField({ fallback, ...details }: Words & { fallback: string }) {
  const maxLength = 64;
  const schema = plainText(maxLength).check(z.minLength(1));
  return field(schema, fallback, { control: "zone", type: "string", maxLength, ...details }, true);
}

/** Parts of one, each named once. Their order carries no meaning. */
export function percentagesField({
  fallback,
  ...details
}: Words & { maxItems: number; fallback: readonly number[] }) {
  const bounds = { min: 0, max: 1 };
  const schema = z.array(z.number().check(z.minimum(bounds.min), z.maximum(bounds.max))).check(
    z.maxLength(details.maxItems),
    z.refine((items) => new Set(items).size === items.length, {
      params: { code: "invalid_value", message: "Must name each value once." },
    }),
  );
  return field(
    schema,
    [...fallback],
    { control: "percentages", type: "numbers", ...bounds, ...details },
    true,
  );
}

/** Texts in an order that does not matter, none of them blank. */
export function textsField({
  fallback,
  ...details
}: Words & { maxItems: number; maxLength: number; fallback: readonly string[] }) {
  const schema = z
    .array(
      plainText(details.maxLength).check(
        // PostgreSQL applies the same rule, so it names its blanks.
        z.refine((text) => /[^ \t\r\n]/.test(text), {
          params: { code: "invalid_value", message: "Must not be blank." },
        }),
      ),
    )
    .check(z.maxLength(details.maxItems));
  return field(schema, [...fallback], { control: "texts", type: "strings", ...details }, true);
}

/** Off, up to the model, or a budget in tokens. */
export function thinkingField({
  fallback,
  ...details
}: Words & { min: number; max: number; fallback: "off" }) {
  const options = [
    { value: "off", label: "Off" },
    { value: "adaptive", label: "Adaptive" },
  ] as const;
  const schema = z.union([
    z.enum(options.map((option) => option.value)),
    z.int().check(z.minimum(details.min), z.maximum(details.max)),
  ]);
  return field(
    schema,
    fallback as z.output<typeof schema>,
    { control: "thinking", type: "choice_or_integer", unit: "tokens", options, ...details },
    true,
  );
}

/** Where a key is shown, as a hint such as "sk-ant-…x7Qp". The key itself is never part of a configuration. */
export function secretField({ fallback, ...details }: Words & { fallback: string }) {
  const maxLength = 100;
  return field(
    plainText(maxLength),
    fallback,
    { control: "secret", type: "string", maxLength, ...details },
    false,
  );
}

/** The same field, absent by default. */
export function optional<Schema extends z.ZodMiniType, Writable extends boolean>(
  required: Field<Schema, Schema, Writable>,
): Field<Schema, z.ZodMiniOptional<Schema>, Writable> {
  annotations.add(required.schema, annotationOf(required.details));
  return { ...required, whole: z.optional(required.schema), fallback: undefined };
}

function plainText(maxLength: number) {
  return z.string().check(
    z.maxLength(maxLength),
    // Zod counts characters, browsers and our rule in PostgreSQL count an emoji as two.
    z.refine((text) => text.length <= maxLength || [...text].length > maxLength, {
      params: { code: "out_of_range", message: `Must be ${maxLength} characters or less.` },
    }),
    // PostgreSQL cannot store either, and would say so only when the row is written.
    z.refine((text) => !text.includes("\0") && text.isWellFormed(), {
      params: { code: "invalid_value", message: "Must not contain NUL or half of a character." },
    }),
    z.refine((text) => !containsSecret(text), {
      params: {
        code: "secret_not_allowed",
        message: SECRET_MESSAGE,
      },
    }),
  );
}
