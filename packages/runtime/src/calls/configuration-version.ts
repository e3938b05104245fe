import type { EffectiveConfiguration } from "@ai-config/config-service";

/** What ledger and answers call a configuration by: null where nothing stored took part. */
export function configurationVersion({ etag, versions, policy }: EffectiveConfiguration): string | null {
  for (const _ in versions) return etag.slice(1, -1);
  return policy === null ? null : etag.slice(1, -1);
}
