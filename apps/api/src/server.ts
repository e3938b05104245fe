import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { AIConfigError, ERROR_CATALOGUE } from "@ai-config/config-core";
import type { ServiceContext } from "@ai-config/config-service";
import type { GovernedClaude } from "@ai-config/runtime";
import { getConnInfo } from "@hono/node-server/conninfo";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { secureHeaders } from "hono/secure-headers";
import type { Logger } from "pino";

import { answerCalls } from "./http/answer-calls.ts";
import { clientAddress } from "./http/client-address.ts";
import { type ApiVariables, guardApi, identifyRequest } from "./http/guard.ts";
import { identifyCaller } from "./http/identify-caller.ts";
import { refuseOtherMethods } from "./http/known-methods.ts";
import { limitWrites, type WriteLimits } from "./http/limit-writes.ts";
import { toAIConfigError } from "./http/problem.ts";
import { problemResponse, RETRY_AFTER_SECONDS } from "./http/problem-response.ts";
import type { Identity } from "./identity/identity.ts";
import type { OwnAccount } from "./identity/own-account.ts";
import { logRequests, reportBug } from "./log.ts";
import type { Mailer } from "./mail/mailer.ts";
import { auditRoutes } from "./rest/audit-routes.ts";
import { configurationRoutes } from "./rest/configuration-routes.ts";

export interface ServerDependencies {
  service: ServiceContext;
  claude: GovernedClaude;
  identity: Identity;
  own: OwnAccount;
  publicUrl: string;
  allowedOrigins: ReadonlySet<string>;
  signUp: "open" | "invitation";
  /** Undefined: no mails are sent. */
  mailer: Mailer | undefined;
  /** How many proxies in front of the server are ours, and so tell the truth of where a request came from. */
  trustedProxies: number;
  writeLimits: WriteLimits;
  /** The folder of the built web app. */
  webFolder: string;
  /** False while the process is going down. */
  isAccepting: () => boolean;
  /** False until the database was found fit to serve from. */
  isPrepared: () => boolean;
  log: Logger;
}

/** Wires every route. Starts nothing. */
export function createServer(deps: ServerDependencies): Hono<{ Variables: ApiVariables }> {
  const { service, identity, log } = deps;
  const app = new Hono<{ Variables: ApiVariables }>();

  app.onError((error, c) => {
    const known = toAIConfigError(error);
    if (known.code === "INTERNAL") reportBug(log, error, c.var.requestId);
    return problemResponse(c, known);
  });
  app.use(identifyRequest, logRequests(log), headersFor(deps.publicUrl));

  app.get("/healthz", (c) => c.json({ status: "ok" }));
  app.get("/readyz", async (c) => {
    const reasons = deps.isAccepting() ? await databaseReasons(deps) : ["shutting down"];
    return reasons.length === 0
      ? c.json({ status: "ready" })
      : c.json({ status: "not ready", reasons }, 503, { "retry-after": String(RETRY_AFTER_SECONDS) });
  });

  app.use("/api/*", refuseOtherMethods(app.routes), (_c, next) => {
    if (!deps.isPrepared()) throw new AIConfigError("DATABASE_UNAVAILABLE");
    return next();
  });
  app.use("/api/*", (c, next) => {
    const connection = getConnInfo(c).remote.address;
    c.set("address", clientAddress(connection, c.req.header("x-forwarded-for"), deps.trustedProxies));
    return next();
  });
  app.use(
    "/api/*",
    guardApi(deps.allowedOrigins),
    identifyCaller(identity, service),
    limitWrites(deps.writeLimits),
  );
  app.get("/api/session-options", async (c) =>
    c.json({
      signUp: deps.signUp,
      hasAccounts: await identity.hasAccounts(),
      sendsMails: deps.mailer !== undefined,
    }),
  );
  app.all("/api/auth/*", (c) => identity.handle(c.var.request, c.var.address));
  app.route("/api/ai-configuration", configurationRoutes(service, deps.claude));
  app.route("/api/audit", auditRoutes(service));
  app.on(["GET", "POST"], "/api/trpc/*", answerCalls(deps));
  app.all("/api/*", () => {
    throw new AIConfigError("NOT_FOUND");
  });

  serveWeb(app, deps.webFolder);
  app.notFound((c) => problemResponse(c, new AIConfigError("NOT_FOUND")));
  return app;
}

async function databaseReasons({ service, isPrepared }: ServerDependencies): Promise<string[]> {
  try {
    await service.database.ping();
    return isPrepared() ? [] : ["the database is being prepared"];
  } catch {
    return [ERROR_CATALOGUE.DATABASE_UNAVAILABLE.message];
  }
}

/** Nothing may be loaded from elsewhere or framed. Component libraries position popups by style attributes. */
function headersFor(publicUrl: string) {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      imgSrc: ["'self'", "data:"],
      objectSrc: ["'none'"],
      styleSrcAttr: ["'unsafe-inline'"],
    },
    strictTransportSecurity: publicUrl.startsWith("https:") ? "max-age=31536000; includeSubDomains" : false,
    xFrameOptions: "DENY",
    referrerPolicy: "no-referrer",
  });
}

/** The built web app: hashed assets for ever, and its one page for every address that is not a file. */
function serveWeb(app: Hono<{ Variables: ApiVariables }>, folder: string): void {
  const page = join(folder, "index.html");
  app.use(
    "*",
    serveStatic({
      root: folder,
      onFound: (path, c) => {
        c.header(
          "cache-control",
          path.includes("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
        );
      },
    }),
  );
  app.get("*", async (c, next) => {
    if (!(c.req.header("accept") ?? "*/*").match(/text\/html|\*\/\*/) || /\.[a-z0-9]+$/i.test(c.req.path))
      return next();
    if (!existsSync(page)) return c.text("The web app is not built. Run: npm start", 503);
    return c.html(await readFile(page, "utf8"), 200, { "cache-control": "no-cache" });
  });
}
