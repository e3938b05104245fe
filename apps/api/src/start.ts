import { fileURLToPath } from "node:url";

import { checkCanaries, createServiceContext, type ServiceContext } from "@ai-config/config-service";
import { connect } from "@ai-config/db";
import { createGovernedClaude } from "@ai-config/runtime";
import type { Logger } from "pino";

import type { Env } from "./env.ts";
import { createWriteLimits } from "./http/limit-writes.ts";
import { openServer } from "./http/open-server.ts";
import { type AccountTable, createAccountTable } from "./identity/account-table.ts";
import { createBuiltInIdentity } from "./identity/built-in-identity.ts";
import { chooseIdentity } from "./identity/choose-identity.ts";
import type { Identity } from "./identity/identity.ts";
import { createIssuerIdentity } from "./identity/jwt/issuer-identity.ts";
import { createOwnAccount } from "./identity/own-account.ts";
import { inviteFirstAccount } from "./identity/sign-up-invitations.ts";
import { keepVerifyingKeys } from "./keep-verifying-keys.ts";
import { listen } from "./listen.ts";
import { createLimitedMailer } from "./mail/limited-mailer.ts";
import { currentCatalogue, sayWhatEnds } from "./model-news.ts";
import { prepareDatabase } from "./prepare-database.ts";
import { openRedisLimits } from "./redis-limits.ts";
import { createServer } from "./server.ts";
import { startEmbedded } from "./start-embedded.ts";
import { StartError } from "./start-error.ts";
import { isAvailable, untilAvailable } from "./until-available.ts";

const webFolder = fileURLToPath(new URL("../../web/dist", import.meta.url));

export interface RunningProduct {
  readonly url: string;
  /** Whether the database was away at the start, so that `ready` may take a while. */
  readonly isWaiting: boolean;
  /**
   * Settles when requests can be served: with where the first account is made, or null where there are accounts
   * already. Rejects with a StartError when the database comes back and cannot be used.
   */
  readonly ready: Promise<{ firstAccountUrl: string | null }>;
  stop(): Promise<void>;
}

/**
 * Starts everything in order, and undoes what was started when a step fails. A database that is away is no
 * failure: the process listens, says that it is not ready, and keeps trying.
 */
export async function start(env: Env, log: Logger, say: (line: string) => void): Promise<RunningProduct> {
  const undo: (() => Promise<unknown>)[] = [];
  const stopping = new AbortController();
  const stop = async () => {
    stopping.abort();
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const url = env.databaseUrl ?? (await startEmbedded(env, undo, say));
    const database = connect({ url, directUrl: env.directDatabaseUrl, maxConnections: 10 });
    undo.push(() => database.close());
    const prepare = () => prepareDatabase(env, database, say);
    let isPrepared = await isAvailable(prepare);
    const isWaiting = !isPrepared;

    const service = await createServiceContext({
      database,
      environment: env.source,
      keyRing: { name: env.encryptionKeysFrom, read: async () => env.encryptionKeys },
      catalogue: await currentCatalogue(env, log),
      log: (level, message, details) => log[level](details ?? {}, message),
    });
    undo.push(() => service.close());
    const limits = env.redisUrl && openRedisLimits({ url: env.redisUrl, database, log });
    if (limits) undo.push(() => limits.close());
    const claude = createGovernedClaude({ service, ...(limits && { store: limits.store }) });
    undo.push(() => claude.close());
    sayWhatEnds(service, say);
    const identityDatabase = connect({
      url,
      maxConnections: 5,
      role: "ai_config_identity",
      applicationName: "ai-config identity",
    });
    undo.push(() => identityDatabase.close());

    const { publicUrl, signUp } = env;
    const allowedOrigins = originsOf(env);
    const accountTable = createAccountTable(identityDatabase);
    const mailer = env.mail && createLimitedMailer(env.mail, identityDatabase, log);
    if (mailer) undo.push(() => mailer.close());
    const shared = { ctx: service, database: identityDatabase, signUp, log };
    const builtIn = createBuiltInIdentity({
      ...shared,
      secret: env.authSecret,
      publicUrl,
      allowedOrigins,
      mailer,
    });
    const { hasAccounts } = builtIn;
    const issuer =
      env.issuer && createIssuerIdentity({ ...shared, settings: env.issuer, accountTable, hasAccounts });
    const identity = chooseIdentity({ builtIn, issuer, accountTable });
    const app = createServer({
      service,
      claude,
      identity,
      own: createOwnAccount(identityDatabase),
      publicUrl,
      allowedOrigins,
      signUp,
      mailer,
      trustedProxies: env.trustedProxies,
      writeLimits: createWriteLimits(identityDatabase),
      webFolder,
      isAccepting: () => !stopping.signal.aborted,
      isPrepared: () => isPrepared,
      log,
    });
    const stopListening = await listen(openServer(app, log), env);
    // At the same time: calls that run too long are ended while somebody can still be told.
    undo.push(() => Promise.all([stopListening(), claude.close()]));

    const becomeReady = async () => {
      if (isWaiting) {
        await untilAvailable(prepare, stopping.signal);
        await untilAvailable(() => checkCanaries(database, service.vault), stopping.signal);
      }
      await untilAvailable(() => requireSignIn(env, accountTable), stopping.signal);
      const findUrl = () => firstAccountUrlOf(env, service, identity);
      const firstAccountUrl = await untilAvailable(findUrl, stopping.signal);
      isPrepared = true;
      void keepVerifyingKeys(service, { signal: stopping.signal, log });
      return { firstAccountUrl };
    };
    const ready = becomeReady().catch(async (error: unknown) => {
      await stop();
      throw error;
    });
    return { url: publicUrl, isWaiting, ready, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Nobody could come in where neither we nor anybody else vouches for people. */
async function requireSignIn({ issuer }: Env, accountTable: AccountTable): Promise<void> {
  if (issuer !== undefined || (await accountTable.isOurs())) return;
  throw new StartError(
    "AI_CONFIG_JWT_ISSUER: Must be set: the accounts of this database are Supabase's. It is the project's address with /auth/v1.",
  );
}

/** Where the first account is made, or null where there are accounts. */
async function firstAccountUrlOf(
  { publicUrl, signUp }: Env,
  service: ServiceContext,
  identity: Identity,
): Promise<string | null> {
  if (await identity.hasAccounts()) return null;
  if (signUp === "open") return `${publicUrl}/sign-up`;
  return `${publicUrl}/sign-up?invitation=${await inviteFirstAccount(service)}`;
}

/** Where pages that may act for a signed-in person come from. */
function originsOf({ publicUrl, port, isProduction }: Env): ReadonlySet<string> {
  const own = [publicUrl, `http://localhost:${port}`, `http://127.0.0.1:${port}`];
  // The dev server of the web app, which passes /api on to this process.
  return new Set(isProduction ? [publicUrl] : [...own, "http://localhost:5173"]);
}
