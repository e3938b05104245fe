import { AVAILABLE_MODELS, type CatalogueFile } from "@ai-config/config-core";
import { type Database, isDatabaseUnavailable, readLayers } from "@ai-config/db";

import { createConfigurationCache } from "./cache/configuration-cache.ts";
import { watchChanges } from "./cache/watch-changes.ts";
import { buildEffectiveConfiguration, environmentOnly } from "./configuration/effective-configuration.ts";
import type { Log, ServiceContext } from "./context.ts";
import { readEnvironmentLayer } from "./environment-layer.ts";
import { checkCanaries } from "./keys/check-canaries.ts";
import { type KeyRingProvider, readKeyRing } from "./keys/key-ring-provider.ts";
import { createKeyVault } from "./keys/key-vault.ts";
import { logToConsole } from "./log-to-console.ts";
import { translateErrors } from "./translate-errors.ts";

export interface ServiceOptions {
  database: Database;
  /** The variables that form the environment layer. */
  environment: Readonly<Record<string, string | undefined>>;
  /** The master keys as AI_CONFIG_ENCRYPTION_KEYS has them, or who gives them: asked once, now. */
  keyRing: string | KeyRingProvider;
  /** The built-in models unless told: see `readCatalogueFile`. */
  catalogue?: CatalogueFile | undefined;
  fetch?: typeof fetch;
  /** Warnings and errors to the console unless told. */
  log?: Log;
  now?: () => Date;
  cache?: { maxEntries?: number; ttlMs?: number; now?: () => number };
}

export interface RunningServiceContext extends ServiceContext {
  /** Stops listening. The database was given, so it stays open. */
  close(): Promise<void>;
}

/**
 * Prepares everything the verbs need and begins to hear changes. A database that is away is no reason not to
 * start: reads then answer from the environment, and the master keys are proven as soon as it is back. Master
 * keys that do not open what is stored are one.
 */
export async function createServiceContext(options: ServiceOptions): Promise<RunningServiceContext> {
  const { database, log = logToConsole, now = () => new Date() } = options;
  const { models, multipliers } = options.catalogue ?? { models: AVAILABLE_MODELS, multipliers: {} };
  const environment = readEnvironmentLayer(options.environment, { models });
  for (const { variable, message } of environment.problems) log("warn", `${variable}: ${message}`);
  const ring = await readKeyRing(options.keyRing);
  const vault = createKeyVault(ring.text, ring.name);

  const cache = createConfigurationCache({
    ...options.cache,
    load: async ({ userId, organizationId }) => {
      // As the account itself, whoever asks: what is cached is then what the account may see.
      // An organization they do not belong to does not exist for them.
      const snapshot = await translateErrors(
        () => readLayers(database, { type: "user", userId }, { userId, organizationId }),
        { "42501": "NOT_FOUND" },
      );
      return buildEffectiveConfiguration(snapshot, environment, { models, now: now() });
    },
    fallback: ({ userId }) => environmentOnly(userId, environment, { models, now: now() }),
  });

  let isProven = await proveVault(true);
  const watching = await watchChanges(database, cache, {
    onReady: () => {
      if (isProven) return;
      void proveVault(false).then((proven) => {
        isProven = proven;
      });
    },
    onLost: () =>
      log(
        "warn",
        "The connection that hears of changes was lost. Until it is back every answer is kept for two seconds.",
      ),
  });

  /** False when the database could not be asked yet. */
  async function proveVault(mustOpen: boolean): Promise<boolean> {
    try {
      await checkCanaries(database, vault);
      return true;
    } catch (error) {
      if (isDatabaseUnavailable(error)) return false;
      if (mustOpen) throw error;
      log("error", error instanceof Error ? error.message : "The master keys could not be checked.");
      return true;
    }
  }

  return {
    database,
    cache,
    environment,
    vault,
    models,
    multipliers,
    now,
    log,
    fetch: options.fetch ?? fetch,
    close: () => watching.close(),
  };
}
