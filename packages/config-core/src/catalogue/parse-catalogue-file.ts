import * as z from "zod/mini";

import { inspectJson } from "../inspect-json.ts";
import type { Checked, Issue } from "../issue.ts";
import { issuesFromZod } from "../issues-from-zod.ts";
import { type ModelEntry, modelEntrySchema, multiplierSchema } from "./model-entry.ts";
import { AVAILABLE_MODELS, catalogueOf, findModel, type ModelCatalogue } from "./models.ts";

const uuid = z.string().check(z.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/));

/** A correction of a model that is known: any of its fields. A new model needs all of them. */
const changeSchema = z.extend(z.partial(modelEntrySchema), { id: modelEntrySchema.shape.id });

const fileSchema = z.strictObject({
  models: z.optional(z.array(z.unknown()).check(z.maxLength(500))),
  /** What an organization pays, as a factor of the list price: 0.85 is a discount of 15 %. */
  multipliers: z.optional(z.record(uuid, multiplierSchema)),
});

export interface CatalogueFile {
  readonly models: ModelCatalogue;
  /** Negotiated factors of the list price, by organization. */
  readonly multipliers: Readonly<Record<string, number>>;
}

/**
 * What an operator says about models over what is built in. `value` is the parsed JSON of their file:
 * `{ "models": [{ "id": …, … }], "multipliers": { "<organization id>": 0.85 } }`. All problems are told at once
 * and nothing of a faulty file counts.
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
  for (const [index, change] of (parsed.data.models ?? []).entries()) {
    const known = changeSchema.safeParse(change);
    const whole = known.success
      ? modelEntrySchema.safeParse({ ...storedPart(entries.get(known.data.id)), ...known.data })
      : known;
    if (whole.success) entries.set(whole.data.id, whole.data as ModelEntry);
    else errors.push(...issuesFromZod(whole.error.issues, change).map((issue) => atModel(index, issue)));
  }
  errors.push(...ambiguities([...entries.values()]));
  const models = catalogueOf([...entries.values()]);
  for (const { id, lifecycle } of entries.values()) {
    if (lifecycle.replacement === null || findModel(lifecycle.replacement, models)) continue;
    errors.push(problem(`models.${id}.lifecycle.replacement`, "Must be a known model."));
  }
  if (errors.length > 0) return { success: false, errors };
  return { success: true, data: { models, multipliers: parsed.data.multipliers ?? {} } };
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
