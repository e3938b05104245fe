import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";

import { AVAILABLE_MODELS, type CatalogueFile } from "@ai-config/config-core";
import { createKeyVault, readCatalogueFile, readKeyRingFile } from "@ai-config/config-service";
import * as z from "zod";

import { databaseAddress, hostName, oneOf, publicAddress, redisAddress, wholeNumber } from "./env-values.ts";
import {
  type IssuerSettings,
  issuerOf,
  issuerVariables,
  problemsOfIssuer,
} from "./identity/jwt/issuer-settings.ts";
import { type KeptSecret, keepSecret } from "./keep-secret.ts";
import { type MailSettings, mailOf, mailVariables, problemsOfMail } from "./mail/mail-settings.ts";
import { optionalText } from "./optional-text.ts";

const defaultDataDirectory = fileURLToPath(new URL("../../../.data", import.meta.url));

const variables = z.object({
  PORT: wholeNumber({ from: 1, to: 65_535, otherwise: 3000 }),
  HOST: hostName.transform((host) => host ?? "127.0.0.1"),
  DATABASE_URL: databaseAddress,
  MIGRATION_DATABASE_URL: databaseAddress,
  DIRECT_DATABASE_URL: databaseAddress,
  AI_CONFIG_REDIS_URL: redisAddress,
  AI_CONFIG_DATA_DIR: optionalText.transform((folder) => folder ?? defaultDataDirectory),
  AI_CONFIG_ENCRYPTION_KEYS: optionalText,
  AI_CONFIG_ENCRYPTION_KEYS_FILE: optionalText,
  AI_CONFIG_AUTH_SECRET: optionalText.refine(
    (secret) => secret === undefined || problemOfAuthSecret(secret) === undefined,
    { message: "Must have at least 32 characters." },
  ),
  AI_CONFIG_APP_PASSWORD: optionalText,
  AI_CONFIG_PUBLIC_URL: publicAddress,
  AI_CONFIG_CATALOGUE: optionalText,
  AI_CONFIG_REFRESH_MODELS: oneOf(["true", "false"]),
  AI_CONFIG_TRUSTED_PROXIES: wholeNumber({ from: 0, to: 10, otherwise: 0 }),
  AI_CONFIG_SIGN_UP: oneOf(["open", "invitation"]),
  ...issuerVariables,
  ...mailVariables,
  // A misspelt "production" would start without what production asks for.
  NODE_ENV: oneOf(["production", "development", "test"]),
  LOG_LEVEL: oneOf(["trace", "debug", "info", "warn", "error", "silent"]).transform(
    (level) => level ?? "info",
  ),
});

/** Every variable that is read here; the environment layer reads more. */
export const VARIABLES: readonly string[] = Object.keys(variables.shape);

export interface Env {
  readonly port: number;
  readonly host: string;
  readonly databaseUrl: string | undefined;
  readonly migrationDatabaseUrl: string | undefined;
  readonly directDatabaseUrl: string | undefined;
  /** Where limits and budgets are counted; undefined: in the database. */
  readonly redisUrl: string | undefined;
  /** For the login that serves requests, which migrations make. */
  readonly appPassword: string | undefined;
  readonly dataDirectory: string;
  readonly encryptionKeys: string;
  /** The variable that they came by, for people. */
  readonly encryptionKeysFrom: string;
  readonly authSecret: string;
  readonly publicUrl: string;
  readonly signUp: "open" | "invitation";
  /** Who else than the product itself vouches for people. */
  readonly issuer: IssuerSettings | undefined;
  /** How mails are sent; undefined: none are. */
  readonly mail: MailSettings | undefined;
  /** How many proxies in front of the server may be believed about where a request came from. */
  readonly trustedProxies: number;
  /** What an operator knows better about models than the product does. */
  readonly catalogue: CatalogueFile;
  /** Whether to ask Anthropic at the start what it says about its models. */
  readonly refreshModels: boolean;
  readonly isProduction: boolean;
  readonly logLevel: string;
  /** The raw variables, for the environment layer of configurations. */
  readonly source: Readonly<Record<string, string | undefined>>;
}

/** What is wrong with the environment, by the names of the variables and never with their values. */
export class EnvError extends Error {
  override readonly name = "EnvError";
}

/**
 * Reads the environment once. With the embedded database missing secrets are made and kept in files that only
 * their user can read; everywhere else they are required. Throws one EnvError that names every problem.
 */
export function readEnv(source: Readonly<Record<string, string | undefined>>): Env {
  const parsed = variables.safeParse(source);
  const problems = parsed.success ? [] : problemsOf(parsed.error);
  const given = givenKeys(source, problems);
  const keys = given?.keys;
  problems.push(...problemsOfIssuer(source), ...problemsOfMail(source));
  if (keys && keys === source.AI_CONFIG_AUTH_SECRET?.trim()) {
    problems.push("AI_CONFIG_AUTH_SECRET: Must be another secret than AI_CONFIG_ENCRYPTION_KEYS.");
  }
  const isProduction = source.NODE_ENV?.trim() === "production";
  const isEmbedded = !source.DATABASE_URL?.trim();
  if (isProduction) problems.push(...problemsOfPublicUrl(source.AI_CONFIG_PUBLIC_URL?.trim()));
  if (isProduction || !isEmbedded) {
    const required = ["AI_CONFIG_AUTH_SECRET"];
    if (!source.AI_CONFIG_ENCRYPTION_KEYS_FILE?.trim()) required.unshift("AI_CONFIG_ENCRYPTION_KEYS");
    for (const name of required) {
      if (!source[name]?.trim()) problems.push(`${name}: Must be set. ${recipe}`);
    }
  }
  const catalogue = catalogueOf(source.AI_CONFIG_CATALOGUE?.trim(), problems);
  if (!parsed.success || problems.length > 0) throw new EnvError(problems.join("\n"));

  const read = parsed.data;
  const kept = (name: string, problemOf: (secret: string) => string | undefined) =>
    keepOrExplain({
      folder: read.AI_CONFIG_DATA_DIR,
      name,
      make: () => randomBytes(32).toString("base64url"),
      problemOf,
    });
  return {
    port: read.PORT,
    host: read.HOST,
    databaseUrl: read.DATABASE_URL,
    migrationDatabaseUrl: read.MIGRATION_DATABASE_URL,
    directDatabaseUrl: read.DIRECT_DATABASE_URL,
    redisUrl: read.AI_CONFIG_REDIS_URL,
    appPassword: read.AI_CONFIG_APP_PASSWORD,
    dataDirectory: read.AI_CONFIG_DATA_DIR,
    encryptionKeys: keys ?? kept("encryption-keys", (ring) => problemsOfKeys(ring)[0]),
    encryptionKeysFrom: given?.from ?? "AI_CONFIG_ENCRYPTION_KEYS",
    authSecret: read.AI_CONFIG_AUTH_SECRET ?? kept("auth-secret", problemOfAuthSecret),
    publicUrl: new URL(read.AI_CONFIG_PUBLIC_URL ?? `http://localhost:${read.PORT}`).origin,
    signUp: read.AI_CONFIG_SIGN_UP ?? (isEmbedded && !isProduction ? "open" : "invitation"),
    issuer: issuerOf(read),
    mail: mailOf(read),
    trustedProxies: read.AI_CONFIG_TRUSTED_PROXIES,
    catalogue,
    refreshModels: read.AI_CONFIG_REFRESH_MODELS === "true",
    isProduction,
    logLevel: read.LOG_LEVEL,
    source,
  };
}

const migrationVariables = variables.pick({ MIGRATION_DATABASE_URL: true, AI_CONFIG_APP_PASSWORD: true });

/** What migrations need, which is less than the server does. */
export function readMigrationEnv(source: Readonly<Record<string, string | undefined>>): {
  url: string;
  appPassword: string | undefined;
} {
  const parsed = migrationVariables.safeParse(source);
  if (!parsed.success) throw new EnvError(problemsOf(parsed.error).join("\n"));
  const { MIGRATION_DATABASE_URL: url, AI_CONFIG_APP_PASSWORD: appPassword } = parsed.data;
  if (url !== undefined) return { url, appPassword };
  throw new EnvError("MIGRATION_DATABASE_URL: Must be set to a connection as the owner of the schema.");
}

function problemsOf(error: z.ZodError): string[] {
  return error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
}

const recipe = `Make one with: node -p "require('crypto').randomBytes(32).toString('base64url')"`;
function problemOfAuthSecret(secret: string): string | undefined {
  return secret.length >= 32 ? undefined : "Must have at least 32 characters.";
}

function keepOrExplain(secret: KeptSecret): string {
  try {
    return keepSecret(secret);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== undefined) {
      throw new EnvError(
        `AI_CONFIG_DATA_DIR: ${secret.folder} cannot keep files (${code}). Name a folder that this user may write to.`,
      );
    }
    throw new EnvError(error instanceof Error ? error.message : "The secrets cannot be kept.");
  }
}

function catalogueOf(path: string | undefined, problems: string[]): CatalogueFile {
  const builtIn = { models: AVAILABLE_MODELS, multipliers: {} };
  if (!path) return builtIn;
  try {
    return readCatalogueFile(path);
  } catch (error) {
    problems.push(error instanceof Error ? error.message : "AI_CONFIG_CATALOGUE: cannot be read.");
    return builtIn;
  }
}

/** The master keys of the environment, or of the file that it names. */
function givenKeys(
  source: Readonly<Record<string, string | undefined>>,
  problems: string[],
): { keys: string; from: string } | undefined {
  const [name, fileName] = ["AI_CONFIG_ENCRYPTION_KEYS", "AI_CONFIG_ENCRYPTION_KEYS_FILE"] as const;
  const [text, path] = [source[name]?.trim(), source[fileName]?.trim()];
  if (text && path)
    problems.push(`${fileName}: Must not be set beside ${name}, since only one can be right.`);
  if (text) {
    problems.push(...problemsOfKeys(text));
    return { keys: text, from: name };
  }
  if (!path) return undefined;
  try {
    const keys = readKeyRingFile(path);
    problems.push(...problemsOfKeys(keys, fileName));
    return { keys, from: fileName };
  } catch (error) {
    problems.push(error instanceof Error ? error.message : `${fileName}: cannot be read.`);
    return undefined;
  }
}

/** Passwords and sessions travel to it: only to this very machine may they go without TLS. */
function problemsOfPublicUrl(address: string | undefined): string[] {
  if (!address) {
    return ["AI_CONFIG_PUBLIC_URL: Must be set to the address people use, such as https://ai.example.com."];
  }
  if (!/^http:\/\/(?!(localhost|127\.0\.0\.1|\[::1\])(:\d+)?\/?$)/.test(address)) return [];
  return [
    "AI_CONFIG_PUBLIC_URL: Must begin with https:// in production. Passwords would travel in the clear.",
  ];
}

function problemsOfKeys(keys: string, name = "AI_CONFIG_ENCRYPTION_KEYS"): string[] {
  try {
    createKeyVault(keys, name);
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : "AI_CONFIG_ENCRYPTION_KEYS: cannot be read."];
  }
}
