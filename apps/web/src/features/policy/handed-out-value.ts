import type { FieldPath } from "@ai-config/config-core";
import type { EffectiveConfiguration } from "../../data/use-effective-configuration.ts";

/** What an organization hands to its members before its policy; undefined where that is nothing, or not known. */
export function handedOutValue(effective: EffectiveConfiguration | undefined, path: FieldPath): unknown {
  const explanation = effective?.sources[path];
  if (!explanation) return undefined;
  return [explanation, ...explanation.hidden].find(({ source }) => source !== "policy")?.value;
}
