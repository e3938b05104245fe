import {
  AIConfigError,
  findModel,
  type Issue,
  imposeOnField,
  isLock,
  type ModelCatalogue,
} from "@ai-config/config-core";
import type { EffectiveConfiguration } from "@ai-config/config-service";

import type { Extras } from "./extras.ts";

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
  for (const { path, field, value } of overrides) {
    const asked = { value, source: "user", layer: { source: "user" }, hidden: [] } as const;
    if (imposeOnField(field, asked, policy, { source: "policy", name }).value === value) continue;
    const message = `Must be left out: ${name} decides it.`;
    issues.push({ path: `params.${path}`, code: "policy_locked", message });
  }
  if (issues.length > 0) throw new AIConfigError("INPUT_INVALID", { issues });
}
