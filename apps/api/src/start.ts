import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { type RetryStrategy, retryDelay } from "@ai-config/config-core";
import { createServiceContext } from "@ai-config/config-service";
import { connect } from "@ai-config/db";
import { serve } from "@hono/node-server";
import type { Hono } from "hono";
import type { Logger } from "pino";

import type { Env } from "./env.ts";
import type { ApiVariables } from "./http/guard.ts";
import { createBuiltInIdentity } from "./identity/built-in-identity.ts";
import { inviteFirstAccount } from "./identity/sign-up-invitations.ts";
import { currentCatalogue, sayWhatEnds } from "./model-news.ts";
import { tryToPrepare } from "./prepare-database.ts";
import { createServer } from "./server.ts";
import { startEmbedded } from "./start-embedded.ts";

const webFolder = fileURLToPath(new URL("../../web/dist", import.meta.url));
/** How long open requests may take to finish when the process goes down. */
const DRAIN_MS_MAX = 10_000;
/** Waiting for a database that is away: quick at first, and never so rare that a restart of it is felt. */
const WAITING: RetryStrategy = {
  maxRetries: Number.POSITIVE_INFINITY,
  backoffType: "exponential",
  baseDelay: 250,
  maxDelay: 5_000,
};

type Undo = (() => Promise<unknown>)[];

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
  const undo: Undo = [];
  const stopping = new AbortController();
  const stop = async () => {
    stopping.abort();
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const url = env.databaseUrl ?? (await startEmbedded(env, undo, say));
    const database = connect({ url, directUrl: env.directDatabaseUrl, maxConnections: 10 });
    undo.push(() => database.close());
    let isPrepared = await tryToPrepare(env, database, say);
    const isWaiting = !isPrepared;

    const service = await createServiceContext({
      database,
      environment: env.source,
      keyRing: env.encryptionKeys,
      catalogue: await currentCatalogue(env, log),
      log: (level, message, details) => log[level](details ?? {}, message),
    });
    undo.push(() => service.close());
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
    const identity = createBuiltInIdentity({
      ctx: service,
      database: identityDatabase,
      secret: env.authSecret,
      publicUrl,
      allowedOrigins,
      signUp,
      log,
    });
    const app = createServer({
      service,
      identity,
      publicUrl,
      allowedOrigins,
      signUp,
      trustedProxies: env.trustedProxies,
      webFolder,
      isAccepting: () => !stopping.signal.aborted,
      isPrepared: () => isPrepared,
      log,
    });
    await listen(app, env, undo);

    const becomeReady = async () => {
      if (!isPrepared) await keepTrying(() => tryToPrepare(env, database, say), stopping.signal);
      const firstAccountUrl = (await identity.hasAccounts())
        ? null
        : signUp === "open"
          ? `${publicUrl}/sign-up`
          : `${publicUrl}/sign-up?invitation=${await inviteFirstAccount(service)}`;
      isPrepared = true;
      return { firstAccountUrl };
    };
    return { url: publicUrl, isWaiting, ready: becomeReady(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Accepts connections, and lets open requests finish when it is undone. */
async function listen(
  app: Hono<{ Variables: ApiVariables }>,
  { port, host }: Env,
  undo: Undo,
): Promise<void> {
  const server = serve({ fetch: app.fetch, port, hostname: host });
  await Promise.race([
    once(server, "listening"),
    once(server, "error").then(([error]) => Promise.reject(error)),
  ]);
  undo.push(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    if ("closeIdleConnections" in server) server.closeIdleConnections();
    const timer = setTimeout(
      () => "closeAllConnections" in server && server.closeAllConnections(),
      DRAIN_MS_MAX,
    );
    await closed;
    clearTimeout(timer);
  });
}

async function keepTrying(attempt: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  for (let number = 0; ; number += 1) {
    await sleep(retryDelay(number, WAITING), undefined, { signal });
    if (await attempt()) return;
  }
}

/** Where pages that may act for a signed-in person come from. */
function originsOf({ publicUrl, port, isProduction }: Env): ReadonlySet<string> {
  const own = [publicUrl, `http://localhost:${port}`, `http://127.0.0.1:${port}`];
  // The dev server of the web app, which passes /api on to this process.
  return new Set(isProduction ? [publicUrl] : [...own, "http://localhost:5173"]);
}
