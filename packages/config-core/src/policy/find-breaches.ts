import type { FieldPath } from "../configuration.ts";
import { formatFieldValue } from "../format-field-value.ts";
import type { Issue } from "../issue.ts";
import { readField } from "../read-field.ts";
import { isLock, type Policy } from "./policy.ts";

/**
 * What of a layer may not be stored under a policy: a locked field with another value, a number beyond a bound
 * that refuses, a model that is not allowed. What `before` had already counts for nothing: it is limited where it
 * is read, and must not keep anybody from changing another field. `name` is who imposes the policy.
 */
export function findBreaches(
  policy: Policy,
  layer: unknown,
  { name = "your organization", before }: { name?: string | undefined; before?: unknown } = {},
): Issue[] {
  const isNew = (path: FieldPath, value: unknown) =>
    value !== undefined && !isSame(value, readField(before, path));
  const issues: Issue[] = [];
  for (const [key, rule] of Object.entries(policy.fields ?? {})) {
    const path = key as FieldPath;
    const value = readField(layer, path);
    if (!isNew(path, value)) continue;
    if (isLock(rule)) {
      if (isSame(value, rule.lock)) continue;
      const message = `Must be ${formatFieldValue(path, rule.lock)}: ${name} has locked it.`;
      issues.push({ path, code: "policy_locked", message });
      continue;
    }
    if (rule.onBreach !== "refuse" || typeof value !== "number") continue;
    if (rule.max !== undefined && value > rule.max) {
      issues.push(limit(path, `Must be ${formatFieldValue(path, rule.max)} or less: the limit of ${name}.`));
    } else if (rule.min !== undefined && value < rule.min) {
      issues.push(limit(path, `Must be ${formatFieldValue(path, rule.min)} or more: the limit of ${name}.`));
    }
  }
  const model = readField(layer, "model.model");
  if (
    typeof model === "string" &&
    isNew("model.model", model) &&
    policy.allowedModels &&
    !policy.allowedModels.includes(model)
  ) {
    const allowed = policy.allowedModels.join(", ");
    issues.push({
      path: "model.model",
      code: "policy_model",
      message: `Must be a model that ${name} allows: ${allowed}.`,
    });
  }
  return issues;
}

function limit(path: FieldPath, message: string): Issue {
  return { path, code: "policy_limit", message };
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
