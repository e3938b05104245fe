import * as z from "zod/mini";

import { annotations, type Field } from "./field.ts";

type Fields = Readonly<Record<string, Field>>;
type Shape = Record<string, z.ZodMiniType>;

type WholeShape<F extends Fields> = { [Name in keyof F]: F[Name]["whole"] };
type WritableName<F extends Fields> = {
  [Name in keyof F]: F[Name]["details"]["writable"] extends true ? Name : never;
}[keyof F];
type LayerShape<F extends Fields> = { [Name in WritableName<F>]: z.ZodMiniOptional<F[Name]["schema"]> };
type PatchShape<F extends Fields> = {
  [Name in WritableName<F>]: z.ZodMiniOptional<z.ZodMiniNullable<F[Name]["schema"]>>;
};

/**
 * Makes a section from its fields: the schema of a whole section, of the part that a layer may hold, and of a
 * patch, where `null` removes a field from the layer.
 */
export function defineSection<const F extends Fields>(section: {
  title: string;
  description: string;
  fields: F;
}) {
  const whole: Shape = {};
  const layer: Shape = {};
  const patch: Shape = {};
  for (const [name, field] of Object.entries<Field>(section.fields)) {
    whole[name] = field.whole;
    if (!field.details.writable) continue;
    layer[name] = z.optional(field.schema);
    patch[name] = z.optional(z.nullable(field.schema));
  }
  const wholeSchema = z.strictObject(whole as WholeShape<F>);
  annotations.add(wholeSchema, { title: section.title, description: section.description });
  return {
    ...section,
    whole: wholeSchema,
    layer: z.strictObject(layer as LayerShape<F>),
    patch: z.strictObject(patch as PatchShape<F>),
  };
}
