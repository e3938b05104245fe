import { findModel, isLock, type ModelCatalogue } from "@ai-config/config-core";
import type { EffectiveConfiguration } from "@ai-config/config-service";

/** The configured model, then those of a chain that the organization's policy lets answer in its place. */
export function modelsToTry(
  { policy }: Pick<EffectiveConfiguration, "policy">,
  chain: readonly string[],
  models: ModelCatalogue,
): readonly (string | undefined)[] {
  if (chain.length === 0) return ONLY_CONFIGURED;
  const rule = policy?.fields?.["model.model"];
  if (rule !== undefined && isLock(rule)) return ONLY_CONFIGURED;
  const allowed = policy?.allowedModels;
  const mayAnswer = (name: string) => !allowed || allowed.includes(findModel(name, models)?.id ?? name);
  return [undefined, ...chain.filter(mayAnswer)];
}

const ONLY_CONFIGURED: readonly undefined[] = [undefined];
