import { type FieldDefinition, type FieldPath, fieldAt, formatFieldValue } from "@ai-config/config-core";
import { quoteTexts } from "../../lib/escaped-text.ts";
import { formatAbsolute } from "../../lib/format-time.ts";
import { isOfPolicy, policyLabel, policyNothing, policyText } from "../../settings/policy-words.ts";

export interface DescribedChange {
  path: string;
  label: string;
  /** Undefined where nothing was set. */
  from: string | undefined;
  to: string | undefined;
}

/** One value that a change gave, took or replaced; absent values are null or missing. */
export interface Change {
  path: string;
  from?: unknown;
  to?: unknown;
}

type ModelName = (id: string) => string;

interface Words {
  label: string;
  say(value: unknown, modelName: ModelName): string;
  /** What an absent value means, where that is more than nothing. */
  absent?: string;
}

const asText = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));
const asAnswer = (value: unknown) => (typeof value === "boolean" ? (value ? "yes" : "no") : asText(value));
const asTime = (value: unknown) => formatAbsolute(String(value));
const keyStates: Readonly<Record<string, string>> = {
  active: "active",
  grace: "being replaced",
  revoked: "revoked",
};

/** What is recorded beside the fields of a configuration. */
const OTHER_WORDS: Readonly<Record<string, Words>> = {
  configName: { label: "Name", say: asText },
  isActive: { label: "Active", say: asAnswer },
  priority: { label: "Priority", say: asText },
  hint: { label: "Key", say: asText },
  keyVersion: { label: "Key version", say: asText },
  status: { label: "Status", say: (value) => keyStates[String(value)] ?? asText(value) },
  verified: { label: "Verified", say: asAnswer },
  expiresAt: { label: "Expires", say: asTime },
  name: { label: "Name", say: asText },
  role: { label: "Role", say: asText },
};

/** Told by the sentence above the changes already. */
const UNTOLD: ReadonlySet<string> = new Set(["acceptedBy", "email", "provider", "slot"]);

/** Changes in the words of the registry; what the registry does not know is shown as it is. */
export function describeChanges(changes: readonly Change[], modelName: ModelName): DescribedChange[] {
  return changes
    .filter(({ path }) => !UNTOLD.has(path))
    .map(({ path, from, to }) => {
      const { label, say, absent } = wordsFor(path);
      const sayAny = (value: unknown) => (value == null ? absent : say(value, modelName));
      return { path, label, from: sayAny(from), to: sayAny(to) };
    });
}

function wordsFor(path: string): Words {
  const field = fieldAt(path as FieldPath);
  if (field) return { label: field.label, say: (value, modelName) => sayField(field, value, modelName) };
  if (isOfPolicy(path)) return policyWords(path);
  return OTHER_WORDS[path] ?? { label: path, say: asText };
}

function sayField(field: FieldDefinition, value: unknown, modelName: ModelName): string {
  if (field.control === "model" && typeof value === "string") return modelName(value);
  if (field.type === "strings" && Array.isArray(value) && value.length > 0) return quoteTexts(value);
  return formatFieldValue(field, value);
}

function policyWords(path: string): Words {
  const label = path.startsWith("fields.") ? `Rule for ${policyLabel(path)}` : policyLabel(path);
  return {
    label,
    say: (value, modelName) => policyText(path, value, modelName) ?? asText(value),
    absent: policyNothing(path),
  };
}
