import { lifecycleAt } from "@ai-config/config-core";
import type { Model } from "../../data/use-models.ts";

export interface ModelChoice {
  id: string;
  label: string;
  hint: string;
}

/**
 * The models to choose from, those that are retired apart. What is stored can always be seen and unticked, even
 * after the catalogue has dropped it.
 */
export function modelChoices(
  models: Record<string, Model>,
  allowed: readonly string[],
  now: Date,
): { current: ModelChoice[]; retired: ModelChoice[] } {
  const isRetired = (id: string) => lifecycleAt(id, now, models)?.state === "retired";
  const known = Object.values(models).map(({ id, displayName }) => ({ id, label: displayName, hint: id }));
  const unknown = allowed
    .filter((id) => models[id] === undefined)
    .map((id) => ({ id, label: id, hint: "Not in the catalogue" }));
  return {
    current: [...known.filter(({ id }) => !isRetired(id)), ...unknown],
    retired: known.filter(({ id }) => isRetired(id)),
  };
}

/** The allowed models after one was ticked or unticked. Their order stays: the first of them stands in for others. */
export function withModel(allowed: readonly string[], id: string, isAllowed: boolean): string[] {
  const others = allowed.filter((other) => other !== id);
  return isAllowed ? [...others, id] : others;
}
