import {
  type CatalogueFile,
  configurationFromEnvironment,
  findWarnings,
  refreshCatalogue,
  resolveConfiguration,
  Secret,
} from "@ai-config/config-core";
import { fetchRemoteModels, type ServiceContext } from "@ai-config/config-service";
import type { Logger } from "pino";

import type { Env } from "./env.ts";

/**
 * The catalogue of this start: built in, corrected by the operator's file, and where they want it by what
 * Anthropic says today. What it says is logged; when it cannot be asked the start goes on without.
 */
export async function currentCatalogue(
  { catalogue, refreshModels, source }: Pick<Env, "catalogue" | "refreshModels" | "source">,
  log: Logger,
  now = () => new Date(),
): Promise<CatalogueFile> {
  if (!refreshModels) return catalogue;
  const { apiKey, baseUrl } = configurationFromEnvironment(source, { models: catalogue.models });
  if (apiKey === undefined) {
    log.warn("AI_CONFIG_REFRESH_MODELS needs ANTHROPIC_API_KEY. The models stay as they are built in.");
    return catalogue;
  }
  try {
    const remote = await fetchRemoteModels(fetch, baseUrl, new Secret(apiKey));
    const { models, changes, skipped } = refreshCatalogue(remote, {
      date: now(),
      models: catalogue.models,
    });
    log.info(
      { changes, skipped },
      `Anthropic lists ${remote.length} models; ${changes.length} facts differ.`,
    );
    return { ...catalogue, models };
  } catch (error) {
    const reason = error instanceof Error ? error.message : "Anthropic could not be asked.";
    log.warn(`${reason} The models stay as they are built in.`);
    return catalogue;
  }
}

/** Tells at the start when the model that everybody inherits is about to be retired, or gone. */
export function sayWhatEnds(
  {
    environment,
    models,
    now,
  }: Pick<ServiceContext, "models" | "now"> & { environment: Pick<ServiceContext["environment"], "values"> },
  say: (line: string) => void,
): void {
  const { configuration } = resolveConfiguration([{ source: "environment", values: environment.values }], {
    models,
  });
  for (const { path, code, message } of findWarnings(configuration, { date: now(), models })) {
    if (path === "model.model" || code === "thinking_by_default") say(`The default model: ${message}`);
  }
}
