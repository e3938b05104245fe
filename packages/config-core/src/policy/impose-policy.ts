import type { FieldPath } from "../configuration.ts";
import type { FieldExplanation, FieldSource } from "../field-explanation.ts";
import { formatFieldValue } from "../format-field-value.ts";
import type { LayerRef } from "../layer.ts";
import { type Imposed, imposedOn, type Policy } from "./policy.ts";

/** Puts a policy above what the layers say, field by field. */
export function imposePolicy(
  fields: Record<FieldPath, FieldExplanation>,
  policy: Policy,
  by: LayerRef,
): void {
  fields["model.model"] = imposeOnField("model.model", fields["model.model"], policy, by);
  for (const key in policy.fields) {
    const path = key as FieldPath;
    if (path !== "model.model") fields[path] = imposeOnField(path, fields[path], policy, by);
  }
}

/**
 * What a policy makes of one field. Where it changes or locks the field, the policy is the source and the layers'
 * value the first that is hidden; whoever applies the rule to that value gets the effective one. Of models that
 * are not allowed the nearest hidden one that is takes over, else the first that is allowed.
 */
export function imposeOnField(
  path: FieldPath,
  before: FieldExplanation,
  policy: Policy,
  by: LayerRef,
): FieldExplanation {
  const allowed = path === "model.model" ? amongAllowed(before, policy, by) : before;
  const rule = policy.fields?.[path];
  const result = rule && imposedOn(rule, allowed.value);
  return result ? explain(path, allowed, result.value, result.imposed, by) : allowed;
}

function amongAllowed(before: FieldExplanation, { allowedModels }: Policy, by: LayerRef): FieldExplanation {
  if (!allowedModels || allowedModels.includes(String(before.value))) return before;
  const allowed = before.hidden.find(({ value }) => allowedModels.includes(String(value)));
  const value = allowed?.value ?? allowedModels[0];
  return explain("model.model", before, value, { kind: "models", limit: allowedModels }, by);
}

function explain(
  path: FieldPath,
  before: FieldExplanation,
  value: unknown,
  imposed: Imposed,
  layer: LayerRef,
): FieldExplanation {
  const { value: hiddenValue, source, layer: hiddenLayer } = before;
  const below: FieldSource = Object.freeze({ value: hiddenValue, source, layer: hiddenLayer });
  return Object.freeze({
    value,
    source: "policy" as const,
    layer,
    hidden: Object.freeze([below, ...before.hidden]),
    imposed: Object.freeze({
      ...imposed,
      message: sentence(path, imposed, layer.name ?? "the organization"),
    }),
  });
}

function sentence(path: FieldPath, { kind, limit }: Imposed, name: string): string {
  switch (kind) {
    case "lock":
      return `Locked by ${name}.`;
    case "models":
      return `Not among the models that ${name} allows.`;
    case "max":
      return `Limited to ${formatFieldValue(path, limit)} by ${name}.`;
    case "min":
      return `Raised to ${formatFieldValue(path, limit)} by ${name}.`;
  }
}
