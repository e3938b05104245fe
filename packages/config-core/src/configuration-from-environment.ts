import { applyPatch } from "./apply-patch.ts";
import { findModel, type ModelOptions } from "./catalogue/models.ts";
import {
  type AIConfiguration,
  DEFAULT_AI_CONFIGURATION,
  type FieldPath,
  type PartialConfiguration,
  schemaOf,
} from "./configuration.ts";
import { findInconsistencies, unknownModelIssue } from "./find-inconsistencies.ts";
import { issuesFromZod } from "./issues-from-zod.ts";

const DEFAULT_BASE_URL = "https://api.anthropic.com/v1";

export interface EnvironmentProblem {
  readonly variable: string;
  /** Never holds the value: it may be a secret that was put into the wrong variable. */
  readonly message: string;
}

export interface EnvironmentConfiguration {
  values: PartialConfiguration;
  apiKey: string | undefined;
  baseUrl: string;
  problems: EnvironmentProblem[];
}

const FIELD_VARIABLES: readonly { variable: string; path: FieldPath; isNumber: boolean }[] = [
  { variable: "ANTHROPIC_MODEL", path: "model.model", isNumber: false },
  { variable: "ANTHROPIC_TEMPERATURE", path: "model.temperature", isNumber: true },
  { variable: "ANTHROPIC_MAX_TOKENS", path: "model.maxTokens", isNumber: true },
];

const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;
const HTTPS_URL = /^https:\/\/[a-z0-9.-]+(:\d{1,5})?(\/[\w.~/-]*)?$/i;
const LOCAL_URL = /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?(\/[\w.~/-]*)?$/i;

/**
 * Reads the environment layer. An empty variable counts as unset. A malformed one is reported and left out, and
 * so is one that does not fit the rest of the layer over the defaults: everybody inherits this layer.
 */
export function configurationFromEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  options: ModelOptions = {},
): EnvironmentConfiguration {
  const problems: EnvironmentProblem[] = [];
  const read = (variable: string) => env[variable]?.trim() || undefined;
  const found = new Map<FieldPath, unknown>();

  for (const { variable, path, isNumber } of FIELD_VARIABLES) {
    const text = read(variable);
    if (text === undefined) continue;
    const value = isNumber && NUMBER.test(text) ? Number(text) : text;
    const message = problemOf(path, value, options);
    if (message === undefined) found.set(path, value);
    else problems.push({ variable, message });
  }

  const whole = applyPatch<AIConfiguration>(DEFAULT_AI_CONFIGURATION, nested(found));
  for (const { path, message } of findInconsistencies(whole, options)) {
    const source = FIELD_VARIABLES.find((field) => field.path === path);
    if (source === undefined || !found.delete(source.path)) continue;
    problems.push({ variable: source.variable, message });
  }

  return {
    values: nested(found),
    apiKey: apiKeyOf(read, problems),
    baseUrl: baseUrlOf(read, problems),
    problems,
  };
}

function problemOf(path: FieldPath, value: unknown, options: ModelOptions): string | undefined {
  const parsed = schemaOf(path).safeParse(value);
  if (!parsed.success) return issuesFromZod(parsed.error.issues, value, path)[0]?.message;
  if (path !== "model.model" || findModel(String(value), options.models)) return undefined;
  return unknownModelIssue(options.models).message;
}

function apiKeyOf(read: (variable: string) => string | undefined, problems: EnvironmentProblem[]) {
  const apiKey = read("ANTHROPIC_API_KEY");
  if (apiKey === undefined || /^sk-ant-[\x21-\x7e]+$/.test(apiKey)) return apiKey;
  problems.push({ variable: "ANTHROPIC_API_KEY", message: "Must start with sk-ant- and hold no spaces." });
  return undefined;
}

function baseUrlOf(read: (variable: string) => string | undefined, problems: EnvironmentProblem[]): string {
  const baseUrl = read("ANTHROPIC_API_BASE_URL");
  if (baseUrl === undefined) return DEFAULT_BASE_URL;
  if (HTTPS_URL.test(baseUrl) || LOCAL_URL.test(baseUrl)) return baseUrl.replace(/\/+$/, "");
  const message = "Must be an https:// address without credentials or query; http:// only for this machine.";
  problems.push({ variable: "ANTHROPIC_API_BASE_URL", message });
  return DEFAULT_BASE_URL;
}

function nested(fields: ReadonlyMap<FieldPath, unknown>): PartialConfiguration {
  const values: Record<string, Record<string, unknown>> = {};
  for (const [path, value] of fields) {
    const [section = "", name = ""] = path.split(".");
    values[section] ??= {};
    values[section][name] = value;
  }
  return values as PartialConfiguration;
}
