import type { ModelCatalogue } from "@ai-config/config-core";
import type { Database } from "@ai-config/db";

import type { ConfigurationCache } from "./cache/configuration-cache.ts";
import type { EnvironmentLayer } from "./environment-layer.ts";
import type { KeyVault } from "./keys/key-vault.ts";

export type LogLevel = "info" | "warn" | "error";

/** Where the service says what an operator should know. Never given a key, or an error with a statement in it. */
export type Log = (level: LogLevel, message: string, details?: Readonly<Record<string, unknown>>) => void;

/** What every verb of the service needs. */
export interface ServiceContext {
  readonly database: Database;
  readonly cache: ConfigurationCache;
  readonly environment: EnvironmentLayer;
  readonly vault: KeyVault;
  readonly models: ModelCatalogue;
  /** Negotiated factors of the list price, by organization. */
  readonly multipliers: Readonly<Record<string, number>>;
  readonly now: () => Date;
  readonly log: Log;
  readonly fetch: typeof fetch;
}
