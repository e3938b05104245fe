import { createHash } from "node:crypto";

import {
  configurationFromEnvironment,
  type EnvironmentProblem,
  type KeyHints,
  type ModelOptions,
  maskKey,
  type PartialConfiguration,
  Secret,
} from "@ai-config/config-core";

/** What the process environment says, read once. */
export interface EnvironmentLayer {
  readonly values: PartialConfiguration;
  readonly apiKey: Secret | undefined;
  readonly keys: KeyHints;
  readonly baseUrl: string;
  readonly problems: readonly EnvironmentProblem[];
  /** Differs between processes whose environments differ. */
  readonly fingerprint: string;
}

/** Reads the environment layer; the key in it is held as a secret from here on. */
export function readEnvironmentLayer(
  environment: Readonly<Record<string, string | undefined>>,
  options: ModelOptions = {},
): EnvironmentLayer {
  const { values, apiKey, baseUrl, problems } = configurationFromEnvironment(environment, options);
  const keys = apiKey === undefined ? {} : { primaryKey: maskKey(apiKey) };
  return Object.freeze({
    values,
    apiKey: apiKey === undefined ? undefined : new Secret(apiKey),
    keys,
    baseUrl,
    problems,
    fingerprint: createHash("sha256")
      .update(JSON.stringify([values, keys]))
      .digest("base64url")
      .slice(0, 12),
  });
}
