import type * as z from "zod/mini";
import { boundedIssues } from "./bounded-issues.ts";
import { findModel, type ModelOptions } from "./catalogue/models.ts";
import {
  type AIConfiguration,
  type ConfigurationPatch,
  configurationSchema,
  type FieldPath,
  layerSchema,
  type PartialConfiguration,
  patchSchema,
} from "./configuration.ts";
import { inconsistenciesOf, unknownModelIssue } from "./find-inconsistencies.ts";
import { inspectJson } from "./inspect-json.ts";
import type { Checked, Issue } from "./issue.ts";
import { issuesFromZod } from "./issues-from-zod.ts";
import { readField } from "./read-field.ts";

/**
 * Checks a whole configuration: each field by itself, then the rules across fields among those that are valid,
 * so that all problems are told at once.
 */
export function validateAIConfiguration(
  value: unknown,
  options: ModelOptions = {},
): Checked<AIConfiguration> {
  return check(configurationSchema, value, (read) => inconsistenciesOf(read, options.models));
}

/** Checks what a layer may hold. Rules across fields belong to the merged result: see `findInconsistencies`. */
export function validateLayer(value: unknown): Checked<PartialConfiguration> {
  return check(layerSchema, value, () => []);
}

/** Checks a merge patch of a layer by itself. The effective result it gives has to be checked as well. */
export function validatePatch(value: unknown, options: ModelOptions = {}): Checked<ConfigurationPatch> {
  return check(patchSchema, value, (read) => {
    const id = read("model.model");
    if (typeof id !== "string" || findModel(id, options.models)) return [];
    return [unknownModelIssue(options.models)];
  });
}

function check<Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
  rules: (read: (path: FieldPath) => unknown) => Issue[],
): Checked<z.output<Schema>> {
  const { issues, isReadable } = inspectJson(value);
  if (!isReadable) return failure(issues);

  const parsed = schema.safeParse(value);
  const found = parsed.success ? [...issues] : [...issues, ...issuesFromZod(parsed.error.issues, value)];
  const faulty = new Set(found.map((issue) => issue.path));
  found.push(...rules((path) => (faulty.has(path) ? undefined : readField(value, path))));
  return parsed.success && found.length === 0 ? { success: true, data: parsed.data } : failure(found);
}

/** One problem per path: the first one found is the most telling. */
function failure(issues: readonly Issue[]): Checked<never> {
  const byPath = new Map<string, Issue>();
  for (const issue of issues) if (!byPath.has(issue.path)) byPath.set(issue.path, issue);
  return { success: false, errors: boundedIssues([...byPath.values()]) };
}
