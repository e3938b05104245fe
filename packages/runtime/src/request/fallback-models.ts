import { findModel, isLock, type ModelCatalogue } from "@ai-config/config-core";
import type { EffectiveConfiguration } from "@ai-config/config-service";

/**
 * The wanted model, then those of a chain that the organization's policy lets answer in its place: each once, since
 * what could not answer after all its retries is not asked again.
 */
export function modelsToTry(
  { policy, configuration }: Pick<EffectiveConfiguration, "policy" | "configuration">,
  wanted: string | undefined,
  chain: readonly string[],
  models: ModelCatalogue,
): readonly (string | undefined)[] {
  if (chain.length === 0) return ONLY_CONFIGURED;
  const rule = policy?.fields?.["model.model"];
  if (rule !== undefined && isLock(rule)) return ONLY_CONFIGURED;
  const allowed = policy?.allowedModels;
  const idOf = (name: string) => findModel(name, models)?.id ?? name;
  const tried = new Set([idOf(wanted ?? configuration.model.model)]);
  const others = chain.filter((name) => {
    const id = idOf(name);
    const mayAnswer = !tried.has(id) && (!allowed || allowed.includes(id));
    tried.add(id);
    return mayAnswer;
  });
  return [undefined, ...others];
}

const ONLY_CONFIGURED: readonly undefined[] = [undefined];
