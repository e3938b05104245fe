import {
  AIConfigError,
  type FieldPath,
  findModel,
  type Issue,
  isLock,
  type ModelCatalogue,
} from "@ai-config/config-core";
import type { EffectiveConfiguration } from "@ai-config/config-service";

import type { Extras } from "./extras.ts";

/** What a fallback's own fields are called in a configuration. */
const FIELDS: Readonly<Record<string, FieldPath>> = {
  max_tokens: "model.maxTokens",
  output_config: "model.effort",
  speed: "model.speed",
  thinking: "model.thinking",
};

/** Throws INPUT_INVALID where a request would let a model answer, or in a way, that the organization does not allow. */
export function checkExtras(
  { named, overrides }: Extras,
  { policy, organizationName }: Pick<EffectiveConfiguration, "policy" | "organizationName">,
  models: ModelCatalogue,
): void {
  if (policy === null || (named.length === 0 && overrides.length === 0)) return;
  const name = organizationName ?? "the organization";
  const rule = policy.fields?.["model.model"];
  const allowed = rule !== undefined && isLock(rule) ? [String(rule.lock)] : policy.allowedModels;
  const issues: Issue[] = [];
  for (const { path, model } of allowed === undefined ? [] : named) {
    if (model !== undefined && allowed?.includes(findModel(model, models)?.id ?? model)) continue;
    const message = `Must be a model that ${name} allows: ${allowed?.join(", ")}.`;
    issues.push({ path: `params.${path}`, code: "policy_model", message });
  }
  for (const { path, field } of overrides) {
    if (policy.fields?.[FIELDS[field] as FieldPath] === undefined) continue;
    const message = `Must be left out: ${name} decides it.`;
    issues.push({ path: `params.${path}`, code: "policy_locked", message });
  }
  if (issues.length > 0) throw new AIConfigError("INPUT_INVALID", { issues });
}
