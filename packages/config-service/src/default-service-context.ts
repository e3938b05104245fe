import { AIConfigError } from "@ai-config/config-core";
import { connect } from "@ai-config/db";

import { createServiceContext, type RunningServiceContext } from "./create-service-context.ts";
import { keyRingFromFile } from "./keys/key-ring-file.ts";
import { readCatalogueFile } from "./models/read-catalogue-file.ts";

let running: Promise<RunningServiceContext> | undefined;

/**
 * The context of the ready-made `aiConfigService`, made from DATABASE_URL, DIRECT_DATABASE_URL,
 * AI_CONFIG_ENCRYPTION_KEYS or AI_CONFIG_ENCRYPTION_KEYS_FILE, and AI_CONFIG_CATALOGUE when it is first needed. A failed attempt is repeated by the next use.
 */
export function defaultServiceContext(): Promise<RunningServiceContext> {
  running ??= start().catch((error: unknown) => {
    running = undefined;
    throw error;
  });
  return running;
}

/** Closes what `defaultServiceContext` opened, so that a process can end; the next use opens it again. */
export async function closeDefaultServiceContext(): Promise<void> {
  const closing = running;
  running = undefined;
  await (await closing)?.close();
}

async function start(): Promise<RunningServiceContext> {
  const url = required("DATABASE_URL");
  const keyFile = process.env.AI_CONFIG_ENCRYPTION_KEYS_FILE?.trim();
  const keyRing = keyFile ? keyRingFromFile(keyFile) : required("AI_CONFIG_ENCRYPTION_KEYS");
  const catalogueFile = process.env.AI_CONFIG_CATALOGUE?.trim();
  const catalogue = catalogueFile ? readCatalogueFile(catalogueFile) : undefined;
  const database = connect({
    url,
    directUrl: process.env.DIRECT_DATABASE_URL,
    applicationName: "ai-config service",
  });
  try {
    const context = await createServiceContext({ database, environment: process.env, keyRing, catalogue });
    return {
      ...context,
      close: async () => {
        await context.close();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

function required(variable: string): string {
  const value = process.env[variable];
  if (value) return value;
  throw new AIConfigError("INPUT_INVALID", {
    message: `Set ${variable}: the ready-made aiConfigService connects by itself and needs it.`,
  });
}
