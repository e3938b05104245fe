import { type FieldPath, fieldAt, formatFieldValue } from "@ai-config/config-core";

export interface DescribedChange {
  label: string;
  /** Undefined where nothing was set. */
  from?: string;
  to?: string;
}

interface Change {
  path: string;
  from?: unknown;
  to?: unknown;
}

/** One field's change in the words of the registry; what the registry does not know is shown as it is. */
export function describeChange(
  { path, from, to }: Change,
  modelName: (id: string) => string,
): DescribedChange {
  const field = fieldAt(path as FieldPath);
  const say = (value: unknown): string | undefined => {
    if (value === undefined || value === null) return undefined;
    if (field?.control === "model" && typeof value === "string") return modelName(value);
    if (field) return formatFieldValue(field, value);
    return typeof value === "string" ? value : JSON.stringify(value);
  };
  return { label: field?.label ?? path, from: say(from), to: say(to) };
}

/** What was done, in one verb. */
export function verbOf(subject: string, action: string): string {
  if (subject === "key")
    return action === "insert" ? "added a key" : action === "delete" ? "removed a key" : "changed a key";
  if (action === "insert") return "began";
  return action === "delete" ? "deleted" : "changed";
}
