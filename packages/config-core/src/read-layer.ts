import { type FieldPath, fieldAt, SECTIONS, schemaOf } from "./configuration.ts";
import { joinPath } from "./inspect-json.ts";
import type { Issue } from "./issue.ts";
import { issuesFromZod, unknownField } from "./issues-from-zod.ts";
import type { Layer } from "./layer.ts";

const SECTION_NAMES: ReadonlySet<string> = new Set(SECTIONS.map((section) => section.name));
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

  for (const [section, fields] of entriesOf(layer.values, "", problems)) {
    if (!SECTION_NAMES.has(section)) {
      problems.push(unknownField(joinPath("", section)));
      continue;
    }
    for (const [name, value] of entriesOf(fields, section, problems)) {
      const field = fieldAt(`${section}.${name}`);
      if (field?.writable) take(field.path, value);
      else problems.push(unknownField(joinPath(section, name)));
    }
  }
  for (const name of KEY_HINTS) take(`apiKeys.${name}`, layer.keys?.[name]);

  return { values, problems };
}

function entriesOf(value: unknown, path: string, problems: Issue[]): [string, unknown][] {
  if (value === undefined) return [];
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return Object.entries(value);
  problems.push({ path, code: "invalid_type", message: "Must be an object." });
  return [];
}

function freezeList(value: unknown): unknown {
  return Array.isArray(value) ? Object.freeze(value) : value;
}
