import { type FieldDefinition, formatFieldValue } from "@ai-config/config-core";
import type { Model } from "../data/use-models.ts";
import { quoteTexts } from "../lib/escaped-text.ts";

/** A value as people say it: models by name, texts in quotes, the rest as the registry formats it. */
export function formatValue(field: FieldDefinition, value: unknown, models: Record<string, Model>): string {
  if (value === undefined || value === null || value === "") return "not set";
  if (field.control === "model" && typeof value === "string") return models[value]?.displayName ?? value;
  if (field.type === "strings" && Array.isArray(value) && value.length > 0) return quoteTexts(value);
  return formatFieldValue(field, value);
}

/** "2 to 10 requests": the unit is said once, where it does not stand before the number. */
export function formatRange(field: FieldDefinition, min: unknown, max: unknown): string {
  const { unit: _, ...bare } = field;
  const first = field.unit === "USD" ? field : bare;
  return `${formatFieldValue(first, min)} to ${formatFieldValue(field, max)}`;
}
