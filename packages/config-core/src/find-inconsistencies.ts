import { AVAILABLE_MODELS, findModel, type ModelCatalogue, type ModelOptions } from "./catalogue/models.ts";
import { type AIConfiguration, type FieldPath, fieldAt } from "./configuration.ts";
import { formatFieldValue } from "./format-field-value.ts";
import type { Issue } from "./issue.ts";
import { readField } from "./read-field.ts";
import { isTimeZone } from "./time-zone.ts";

/** Pairs where the first may not exceed the second, and the field at which that is told. */
const ORDERED: readonly { smaller: FieldPath; greater: FieldPath; tellAt: "smaller" | "greater" }[] = [
  { smaller: "retryStrategy.baseDelay", greater: "retryStrategy.maxDelay", tellAt: "greater" },
  { smaller: "costBudget.dailyBudget", greater: "costBudget.weeklyBudget", tellAt: "smaller" },
  { smaller: "costBudget.weeklyBudget", greater: "costBudget.monthlyBudget", tellAt: "smaller" },
  { smaller: "timeouts.generationTimeout", greater: "timeouts.totalRequestTimeout", tellAt: "smaller" },
  { smaller: "timeouts.connectionTimeout", greater: "timeouts.totalRequestTimeout", tellAt: "smaller" },
];

/**
 * The problems of a configuration whose fields are each valid: values that contradict each other, a model or time
 * zone that nobody knows, and an answer longer than the model can write.
 */
export function findInconsistencies(configuration: AIConfiguration, options: ModelOptions = {}): Issue[] {
  return inconsistenciesOf((path) => readField(configuration, path), options.models);
}

/** The same for values that are read one by one. A value that reads as undefined is not judged. */
export function inconsistenciesOf(
  read: (path: FieldPath) => unknown,
  models: ModelCatalogue = AVAILABLE_MODELS,
): Issue[] {
  const issues = modelIssues(read("model.model"), read("model.maxTokens"), models);
  for (const { smaller, greater, tellAt } of ORDERED) {
    const low = read(smaller);
    const high = read(greater);
    if (typeof low !== "number" || typeof high !== "number" || low <= high) continue;
    const [path, bound, limit, word] =
      tellAt === "smaller" ? [smaller, greater, high, "less"] : [greater, smaller, low, "more"];
    const message = `Must be ${formatFieldValue(bound, limit)} or ${word}, the ${fieldAt(bound)?.label.toLowerCase()}.`;
    issues.push({ path, code: "inconsistent", message });
  }
  return [...issues, ...zoneIssues(read("costBudget.timeZone"))];
}

/** The problem of a time zone that this system does not know. */
export function zoneIssues(zone: unknown, path = "costBudget.timeZone"): Issue[] {
  if (typeof zone !== "string" || isTimeZone(zone)) return [];
  const message = "Must be a time zone by its name, such as Europe/Berlin.";
  return [{ path, code: "unknown_time_zone", message }];
}

/** The problem of a model that the catalogue does not know. */
export function unknownModelIssue(models: ModelCatalogue = AVAILABLE_MODELS): Issue {
  const known = Object.keys(models).join(", ");
  return { path: "model.model", code: "unknown_model", message: `Must be a known model: ${known}.` };
}

function modelIssues(id: unknown, maxTokens: unknown, models: ModelCatalogue): Issue[] {
  if (typeof id !== "string") return [];
  const model = findModel(id, models);
  if (model === undefined) return [unknownModelIssue(models)];
  if (typeof maxTokens !== "number" || maxTokens <= model.outputLimit) return [];
  const limit = formatFieldValue("model.maxTokens", model.outputLimit);
  const message = `Must be ${limit} or less, the output limit of ${model.displayName}.`;
  return [{ path: "model.maxTokens", code: "out_of_range", message }];
}
