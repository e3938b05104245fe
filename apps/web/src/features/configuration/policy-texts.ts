import { type FieldDefinition, type FieldRule, formatFieldValue, isLock } from "@ai-config/config-core";
import { formatRange } from "../../settings/format-value.ts";

/** How far a policy lets a number go, in words; undefined where it sets no bounds. */
export function boundsText(
  field: FieldDefinition,
  rule: FieldRule | undefined,
  name: string,
): string | undefined {
  if (rule === undefined || isLock(rule)) return undefined;
  const { min, max } = rule;
  const say = (value: number) => formatFieldValue(field, value);
  if (min !== undefined && max !== undefined) return `${name} allows ${formatRange(field, min, max)}.`;
  if (max !== undefined) return `${name} allows at most ${say(max)}.`;
  return min === undefined ? undefined : `${name} allows at least ${say(min)}.`;
}

/** The field with the policy's bounds, where they are narrower than its own. */
export function withinBounds(field: FieldDefinition, rule: FieldRule | undefined): FieldDefinition {
  if (rule === undefined || isLock(rule)) return field;
  const min = Math.max(rule.min ?? -Infinity, field.min ?? -Infinity);
  const max = Math.min(rule.max ?? Infinity, field.max ?? Infinity);
  return { ...field, ...(min > -Infinity && { min }), ...(max < Infinity && { max }) };
}
