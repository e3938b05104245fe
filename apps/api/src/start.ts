import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { createServiceContext } from "@ai-config/config-service";
import { checkApplicationRole, connect, migrate } from "@ai-config/db";
import { startEmbeddedPostgres } from "@ai-config/db/embedded";
import { serve } from "@hono/node-server";
import type { Logger } from "pino";

import type { Env } from "./env.ts";
import { createBuiltInIdentity } from "./identity/built-in-identity.ts";
import { inviteFirstAccount } from "./identity/sign-up-invitations.ts";
import { currentCatalogue, sayWhatEnds } from "./model-news.ts";
import { createServer } from "./server.ts";

const webFolder = fileURLToPath(new URL("../../web/dist", import.meta.url));
/** How long open requests may take to finish when the process goes down. */
const DRAIN_MS_MAX = 10_000;

export interface RunningProduct {
  readonly url: string;
  /** Where the first account is made, or null where there are accounts already. */
  readonly firstAccountUrl: string | null;
  stop(): Promise<void>;
}

/** Starts everything in order, and undoes what was started when a step fails. */
export async function start(env: Env, log: Logger, say: (line: string) => void): Promise<RunningProduct> {
  const undo: (() => Promise<unknown>)[] = [];
  const stopAll = async () => {
    for (const step of undo.splice(0).reverse()) await step();
  };
  try {
    const urls = await prepareDatabase(env, undo, say);
    const database = connect({ url: urls.app, directUrl: env.directDatabaseUrl, maxConnections: 10 });
    undo.push(() => database.close());
    await requireUnprivileged(env, await checkApplicationRole(database), say);

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
      url: urls.app,
      maxConnections: 5,
      role: "ai_config_identity",
      applicationName: "ai-config identity",
    });
    undo.push(() => identityDatabase.close());

    const allowedOrigins = originsOf(env);
    const identity = createBuiltInIdentity({
      ctx: service,
      database: identityDatabase,
      secret: env.authSecret,
      publicUrl: env.publicUrl,
      allowedOrigins,
      signUp: env.signUp,
      log,
    });
    let isAccepting = true;
    const app = createServer({
      service,
      identity,
      publicUrl: env.publicUrl,
      allowedOrigins,
      signUp: env.signUp,
      trustedProxies: env.trustedProxies,
      webFolder,
      isAccepting: () => isAccepting,
      log,
    });
    const server = serve({ fetch: app.fetch, port: env.port, hostname: env.host });
    await Promise.race([
      once(server, "listening"),
      once(server, "error").then(([error]) => Promise.reject(error)),
    ]);
    undo.push(async () => {
      isAccepting = false;
      const closed = new Promise((resolve) => server.close(resolve));
      if ("closeIdleConnections" in server) server.closeIdleConnections();
      const timer = setTimeout(
        () => "closeAllConnections" in server && server.closeAllConnections(),
        DRAIN_MS_MAX,
      );
      await closed;
      clearTimeout(timer);
    });
    return { url: env.publicUrl, firstAccountUrl: await firstAccountUrl(), stop: stopAll };

    async function firstAccountUrl(): Promise<string | null> {
      if (await identity.hasAccounts()) return null;
      if (env.signUp === "open") return `${env.publicUrl}/sign-up`;
      return `${env.publicUrl}/sign-up?invitation=${await inviteFirstAccount(service)}`;
    }
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function prepareDatabase(
  env: Env,
  undo: (() => Promise<unknown>)[],
  say: (line: string) => void,
): Promise<{ app: string }> {
  if (env.databaseUrl !== undefined) {
    if (env.migrationDatabaseUrl !== undefined) await migrate({ url: env.migrationDatabaseUrl, log: say });
    return { app: env.databaseUrl };
  }
  const embedded = await startEmbeddedPostgres({ dataDirectory: env.dataDirectory, log: say });
  undo.push(() => embedded.stop());
  await migrate({ url: embedded.ownerUrl, appPassword: new URL(embedded.appUrl).password, log: say });
  return { app: embedded.appUrl };
}

async function requireUnprivileged(
  env: Env,
  { privileged, reasons }: { privileged: boolean; reasons: string[] },
  say: (line: string) => void,
): Promise<void> {
  if (!privileged) return;
  const sentence = `DATABASE_URL: its role is too powerful (${reasons.join("; ")}). Use ai_config_app, which npm run db:migrate makes.`;
  if (env.isProduction) throw new Error(sentence);
  say(`Warning: ${sentence}`);
}

/** Where pages that may act for a signed-in person come from. */
function originsOf({ publicUrl, port, isProduction }: Env): ReadonlySet<string> {
  const own = [publicUrl, `http://localhost:${port}`, `http://127.0.0.1:${port}`];
  // The dev server of the web app, which passes /api on to this process.
  return new Set(isProduction ? [publicUrl] : [...own, "http://localhost:5173"]);
}
