import { findModel } from "./catalogue/models.ts";
import { type FieldDefinition, type FieldPath, fieldAt } from "./configuration.ts";

// Twenty digits, so that a small price or share is never shown as 0.
const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 20 });
const PERCENT = new Intl.NumberFormat("en-US", { style: "percent", maximumFractionDigits: 20 });
const DOLLARS = new Intl.NumberFormat("en-US", {
  style: "currency",
  currency: "USD",
  maximumFractionDigits: 20,
  trailingZeroDisplay: "stripIfInteger",
});

/** A field's value as people read it: "4,096 tokens", "$100", "50%, 75%", "off", "not set". */
export function formatFieldValue(field: FieldDefinition | FieldPath, value: unknown): string {
  const definition = typeof field === "string" ? fieldAt(field) : field;
  if (value === undefined || value === null || value === "") return "not set";
  if (typeof value === "boolean") return value ? "on" : "off";
  if (typeof value === "number") return withUnit(value, definition?.unit);
  if (Array.isArray(value)) {
    const items = value.map((item) => (typeof item === "number" ? PERCENT.format(item) : String(item)));
    return items.length === 0 ? "none" : items.join(", ");
  }
  if (typeof value === "object") return JSON.stringify(value);
  if (typeof value !== "string") return String(value);
  if (definition?.control === "model") return findModel(value)?.displayName ?? value;
  return definition?.options?.find((option) => option.value === value)?.label ?? value;
}

function withUnit(value: number, unit: FieldDefinition["unit"]): string {
  switch (unit) {
    case undefined:
      return NUMBER.format(value);
    case "USD":
      return DOLLARS.format(value);
    case "version":
      return `version ${NUMBER.format(value)}`;
    case "tokens":
    case "requests":
    case "retries":
      return `${NUMBER.format(value)} ${value === 1 ? SINGULAR[unit] : unit}`;
    default:
      return `${NUMBER.format(value)} ${unit}`;
  }
}

const SINGULAR = { tokens: "token", requests: "request", retries: "retry" } as const;
