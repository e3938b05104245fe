import { type FieldPath, schemaOf, writableFieldsOf } from "./configuration.ts";
import { joinPath } from "./inspect-json.ts";
import type { Issue } from "./issue.ts";
import { issuesFromZod, unknownField } from "./issues-from-zod.ts";
import type { Layer } from "./layer.ts";

const NOTHING = Object.freeze({});
const KEY_HINTS = ["primaryKey", "secondaryKey", "keyVersion"] as const;

/** The valid fields of a layer by path, and a problem for everything else in it. */
export function readLayer(layer: Layer): { values: Map<FieldPath, unknown>; problems: Issue[] } {
  const values = new Map<FieldPath, unknown>();
  const problems: Issue[] = [];

  const take = (path: FieldPath, value: unknown) => {
    if (value === undefined) return;
    const parsed = schemaOf(path).safeParse(value);
    if (parsed.success) values.set(path, freezeList(parsed.data));
    else problems.push(...issuesFromZod(parsed.error.issues, value, path).slice(0, 1));
  };

  const sections = objectOf(layer.values, "", problems);
  for (const section of Object.keys(sections)) {
    const known = writableFieldsOf(section);
    if (known === undefined) {
      problems.push(unknownField(joinPath("", section)));
      continue;
    }
    const fields = objectOf(sections[section], section, problems);
    for (const name of Object.keys(fields)) {
      const field = known.get(name);
      if (field === undefined) problems.push(unknownField(joinPath(section, name)));
      else take(field.path, fields[name]);
    }
  }
  for (const name of KEY_HINTS) take(`apiKeys.${name}`, layer.keys?.[name]);

  return { values, problems };
}

function objectOf(value: unknown, path: string, problems: Issue[]): Readonly<Record<string, unknown>> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>;
  }
  if (value !== undefined) problems.push({ path, code: "invalid_type", message: "Must be an object." });
  return NOTHING;
}

function freezeList(value: unknown): unknown {
  return Array.isArray(value) ? Object.freeze(value) : value;
}
