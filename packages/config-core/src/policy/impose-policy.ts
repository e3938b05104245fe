import type { FieldPath } from "../configuration.ts";
import type { FieldExplanation, FieldSource } from "../field-explanation.ts";
import { formatFieldValue } from "../format-field-value.ts";
import type { LayerRef } from "../layer.ts";
import { type Imposed, imposedOn, type Policy } from "./policy.ts";

/**
 * Puts a policy above what the layers say. A field that it changes or locks has the policy as its source and the
 * layers' value as the first that is hidden; whoever applies the rule to that value gets the effective one. Of
 * models that are not allowed the nearest hidden one that is takes over, else the first that is allowed.
 */
export function imposePolicy(
  fields: Record<FieldPath, FieldExplanation>,
  policy: Policy,
  by: LayerRef,
): void {
  const { allowedModels } = policy;
  const model = fields["model.model"];
  if (allowedModels && !allowedModels.includes(String(model.value))) {
    const allowed = model.hidden.find(({ value }) => allowedModels.includes(String(value)));
    const value = allowed?.value ?? allowedModels[0];
    fields["model.model"] = explain(
      "model.model",
      model,
      value,
      { kind: "models", limit: allowedModels },
      by,
    );
  }
  for (const key in policy.fields) {
    const path = key as FieldPath;
    const rule = policy.fields[path];
    const before = fields[path];
    const result = rule && imposedOn(rule, before.value);
    if (result) fields[path] = explain(path, before, result.value, result.imposed, by);
  }
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
