import { type FieldDefinition, formatFieldValue } from "@ai-config/config-core";
import type { Model } from "../../data/use-models.ts";

/** A value as people say it: models by name, the rest as the registry formats it. */
export function formatValue(field: FieldDefinition, value: unknown, models: Record<string, Model>): string {
  if (value === undefined || value === null || value === "") return "not set";
  if (field.control === "model" && typeof value === "string") return models[value]?.displayName ?? value;
  return formatFieldValue(field, value);
}
