import { type FieldDefinition, fieldAt, formatFieldValue } from "@ai-config/config-core";
import { formatRange, formatValue } from "./format-value.ts";
import { POOL_FIELDS } from "./pool-fields.ts";

type NameModel = (id: string) => string;

/** Whether a path is that of a part of a policy. */
export function isOfPolicy(path: string): boolean {
  return path === "allowedModels" || path.startsWith("fields.") || path.startsWith("pool.");
}

/** What a part of a policy is called, by its path such as "fields.model.maxTokens"; the path where nobody knows it. */
export function policyLabel(path: string): string {
  if (path === "allowedModels") return "Allowed models";
  return ruledField(path)?.label ?? sharedLimit(path)?.label ?? path;
}

/** What a part of a policy says, in words such as "limit 8,192 tokens"; undefined where it says nothing. */
export function policyText(path: string, value: unknown, modelName: NameModel): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (path === "allowedModels" && Array.isArray(value)) {
    return value.map((id) => modelName(String(id))).join(", ");
  }
  const shared = sharedLimit(path);
  if (shared) return formatFieldValue(shared.field, value);
  const field = ruledField(path);
  return (field && ruleText(field, value, modelName)) ?? JSON.stringify(value);
}

/** What it means that a policy says nothing there. */
export function policyNothing(path: string): string {
  if (path === "allowedModels") return "all";
  return path.startsWith("pool.") ? "no limit" : "no rule";
}

function ruledField(path: string): FieldDefinition | undefined {
  return path.startsWith("fields.") ? fieldAt(path.slice("fields.".length)) : undefined;
}

function sharedLimit(path: string) {
  return POOL_FIELDS.find(({ name }) => path === `pool.${name}`);
}

function ruleText(field: FieldDefinition, rule: unknown, modelName: NameModel): string | undefined {
  if (typeof rule !== "object" || rule === null) return undefined;
  if ("lock" in rule) {
    const isModel = field.control === "model" && typeof rule.lock === "string";
    return `locked to ${isModel ? modelName(String(rule.lock)) : formatValue(field, rule.lock, {})}`;
  }
  const bounds = rangeText(field, rule);
  return bounds && "onBreach" in rule && rule.onBreach === "refuse" ? `${bounds}, refused beyond` : bounds;
}

function rangeText(
  field: FieldDefinition,
  { min, max }: { min?: unknown; max?: unknown },
): string | undefined {
  const say = (value: unknown) => formatFieldValue(field, value);
  if (min !== undefined && max !== undefined) return formatRange(field, min, max);
  if (max !== undefined) return `limit ${say(max)}`;
  return min === undefined ? undefined : `at least ${say(min)}`;
}
