import type { EffectiveConfiguration } from "../../data/use-effective-configuration.ts";
import type { TestAnswer } from "../../data/use-test-call.ts";

/**
 * Whose stored key a call ran on, where what is shown is what governed it: somebody may have changed it meanwhile. The
 * secondary key is always of the same owner as the primary one.
 */
export function keyOwnerOf(
  { configurationVersion }: Pick<TestAnswer["governed"], "configurationVersion">,
  effective: EffectiveConfiguration,
): "user" | "organization" | undefined {
  if (configurationVersion !== versionOf(effective)) return undefined;
  const { source } = effective.sources["apiKeys.primaryKey"];
  return source === "user" || source === "organization" ? source : undefined;
}

/** What answers call a configuration by: null where nothing stored took part. */
function versionOf({ etag, versions, policy }: EffectiveConfiguration): string | null {
  return policy === null && Object.keys(versions).length === 0 ? null : etag.slice(1, -1);
}
