import type { AIConfiguration, Secret } from "@ai-config/config-core";

import { environmentOnly } from "./configuration/effective-configuration.ts";
import { getEffectiveConfiguration } from "./configuration/get-effective-configuration.ts";
import type { ServiceContext } from "./context.ts";
import { defaultServiceContext } from "./default-service-context.ts";
import { readEnvironmentLayer } from "./environment-layer.ts";
import { openApiKey } from "./keys/open-api-key.ts";

/** An effective configuration with the key to call with. It stays in this process: a `Secret` prints as nothing. */
export interface AIConfigWithKey extends Omit<AIConfiguration, "apiKeys"> {
  apiKeys: Omit<AIConfiguration["apiKeys"], "primaryKey"> & { primaryKey: Secret | null };
}

/**
 * What applies for an account, with its key ready to use: `apiKeys.primaryKey` is a `Secret`, and
 * `.reveal()` gives the text. Without an account: environment over defaults, and no database is touched.
 */
export async function getAIConfigForUser(
  userId?: string,
  context?: ServiceContext,
): Promise<AIConfigWithKey> {
  if (userId === undefined) {
    const environment = context?.environment ?? readEnvironmentLayer(process.env);
    const { configuration } = environmentOnly(null, environment, { now: new Date() });
    return withKey(configuration, environment.apiKey ?? null);
  }
  const ctx = context ?? (await defaultServiceContext());
  const actor = { type: "service", name: "get-ai-config-for-user" } as const;
  const [{ configuration }, key] = await Promise.all([
    getEffectiveConfiguration(ctx, { actor, userId }),
    openApiKey(ctx, { userId }),
  ]);
  return withKey(configuration, key);
}

function withKey(configuration: Readonly<AIConfiguration>, primaryKey: Secret | null): AIConfigWithKey {
  return { ...configuration, apiKeys: { ...configuration.apiKeys, primaryKey } };
}
