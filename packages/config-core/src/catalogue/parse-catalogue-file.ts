import * as z from "zod/mini";

import { inspectJson } from "../inspect-json.ts";
import type { Checked, Issue } from "../issue.ts";
import { issuesFromZod } from "../issues-from-zod.ts";
import { findContradictions } from "./find-contradictions.ts";
import { type ModelEntry, modelEntrySchema, multiplierSchema } from "./model-entry.ts";
import { AVAILABLE_MODELS, catalogueOf, findModel, type ModelCatalogue } from "./models.ts";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const organizationId = z.string().check(
  z.refine((name) => UUID.test(name), {
    params: {
      code: "invalid_value",
      message: 'Must be named by the id of an organization, such as "3f0d9a2e-2f5b-4c0b-9f5e-0d8f6a1b2c3d".',
    },
  }),
);

/** A correction of a model that is known: any of its fields. A new model needs all of them. */
const changeSchema = z.extend(z.partial(modelEntrySchema), { id: modelEntrySchema.shape.id });

const fileSchema = z.strictObject({
  models: z.optional(z.array(z.unknown()).check(z.maxLength(500))),
  /** What an organization pays, as a factor of the list price: 0.85 is a discount of 15 %. */
  multipliers: z.optional(z.record(organizationId, multiplierSchema)),
});

export interface CatalogueFile {
  readonly models: ModelCatalogue;
  /** Negotiated factors of the list price, by organization. */
  readonly multipliers: Readonly<Record<string, number>>;
}

/**
 * What an operator says about models over what is built in. `value` is the parsed JSON of their file:
 * `{ "models": [{ "id": …, … }], "multipliers": { "<organization id>": 0.85 } }`. Where its
 * frame is sound, the problems of all its models are told at once. Nothing of a faulty file counts.
 */
export function parseCatalogueFile(
  value: unknown,
  base: ModelCatalogue = AVAILABLE_MODELS,
): Checked<CatalogueFile> {
  const { issues, isReadable } = inspectJson(value);
  if (!isReadable) return { success: false, errors: [...issues] };
  const parsed = fileSchema.safeParse(value);
  if (!parsed.success)
    return { success: false, errors: [...issues, ...issuesFromZod(parsed.error.issues, value)] };

  const errors: Issue[] = [...issues];
  const entries = new Map<string, ModelEntry>(Object.entries(base));
  const named = new Set<string>();
  for (const [index, change] of (parsed.data.models ?? []).entries()) {
    const read = readEntry(change, entries, named);
    if (read.success) entries.set(read.data.id, read.data);
    else errors.push(...read.errors.map((issue) => atModel(index, issue)));
  }
  errors.push(...ambiguities([...entries.values()]));
  const models = catalogueOf([...entries.values()]);
  for (const { id, lifecycle } of entries.values()) {
    if (lifecycle.replacement === null) continue;
    const replacement = findModel(lifecycle.replacement, models);
    if (replacement && replacement.id !== id) continue;
    const message = `Must be ${replacement ? "another" : "a known"} model.`;
    errors.push(problem(`models.${id}.lifecycle.replacement`, message));
  }
  if (errors.length > 0) return { success: false, errors };
  return { success: true, data: { models, multipliers: byLowerCase(parsed.data.multipliers) } };
}

/** An entry of the file over what is known of its model, with all that is wrong with it. */
function readEntry(
  change: unknown,
  entries: ReadonlyMap<string, ModelEntry>,
  named: Set<string>,
): Checked<ModelEntry> {
  const known = changeSchema.safeParse(change);
  if (!known.success) return { success: false, errors: issuesFromZod(known.error.issues, change) };
  const { id } = known.data;
  if (named.has(id)) return { success: false, errors: [problem("id", "Must be named once.")] };
  named.add(id);
  const owner = [...entries.values()].find(({ aliases }) => aliases.includes(id));
  if (owner && !entries.has(id)) {
    const message = `Is another name of ${owner.id}. Correct it by its id.`;
    return { success: false, errors: [problem("id", message)] };
  }
  const whole = modelEntrySchema.safeParse({ ...storedPart(entries.get(id)), ...known.data });
  if (!whole.success) return { success: false, errors: issuesFromZod(whole.error.issues, change) };
  const entry = whole.data as ModelEntry;
  const errors = findContradictions(entry);
  return errors.length > 0 ? { success: false, errors } : { success: true, data: entry };
}

/** Postgres writes the ids of organizations in lower case. */
function byLowerCase(multipliers: Readonly<Record<string, number>> = {}): Record<string, number> {
  return Object.fromEntries(Object.entries(multipliers).map(([id, factor]) => [id.toLowerCase(), factor]));
}

/** An entry without what is worked out from it. */
function storedPart(entry: ModelEntry | undefined): object {
  const names = Object.keys(modelEntrySchema.shape);
  return Object.fromEntries(Object.entries(entry ?? {}).filter(([name]) => names.includes(name)));
}

/** Names that could mean two models. */
function ambiguities(entries: readonly ModelEntry[]): Issue[] {
  const owners = new Map<string, string>();
  return entries.flatMap(({ id, aliases }) =>
    [id, ...aliases].flatMap((name) => {
      const owner = owners.get(name);
      owners.set(name, id);
      return owner === undefined
        ? []
        : [problem(`models.${id}.aliases`, `"${name}" is a name of ${owner} already.`)];
    }),
  );
}

function problem(path: string, message: string): Issue {
  return { path, code: "invalid_value", message };
}

function atModel(index: number, issue: Issue): Issue {
  return { ...issue, path: `models.${index}${issue.path && `.${issue.path}`}` };
}
