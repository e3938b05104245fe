import { type FieldPath, fieldAt, formatFieldValue } from "@ai-config/config-core";
import { quoteTexts } from "../../lib/escaped-text.ts";

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

/** What a row or a key has beside the fields of a configuration. */
const OTHER_LABELS: Readonly<Record<string, string>> = {
  configName: "Name",
  isActive: "Active",
  priority: "Priority",
  provider: "Provider",
  slot: "Slot",
  hint: "Key",
  keyVersion: "Key version",
  status: "Status",
  verified: "Verified",
  expiresAt: "Expires",
};

/** One field's change in the words of the registry; what the registry does not know is shown as it is. */
export function describeChange(
  { path, from, to }: Change,
  modelName: (id: string) => string,
): DescribedChange {
  const field = fieldAt(path as FieldPath);
  const say = (value: unknown): string | undefined => {
    if (value === undefined || value === null) return undefined;
    if (field?.control === "model" && typeof value === "string") return modelName(value);
    if (field?.type === "strings" && Array.isArray(value) && value.length > 0) return quoteTexts(value);
    if (field) return formatFieldValue(field, value);
    return typeof value === "string" ? value : JSON.stringify(value);
  };
  return { label: field?.label ?? OTHER_LABELS[path] ?? path, from: say(from), to: say(to) };
}

interface Deed {
  subject: string;
  action: string;
  configName: string | null;
}

/** What was done to what, as the rest of a sentence that begins with a name. `of` says whose it is. */
export function describeDeed({ subject, action, configName }: Deed, of: string | undefined): string {
  const verb = action === "insert" ? "created" : action === "delete" ? "deleted" : "changed";
  const name = configName === null || configName === "default" ? "" : `“${configName}” `;
  const thing = subject === "key" ? "API key" : `${name}configuration`;
  return of === undefined ? `${verb} your ${thing}` : `${verb} the ${thing} of ${of}`;
}
