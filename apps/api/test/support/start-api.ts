import { once } from "node:events";

import { createServiceContext, type RunningServiceContext } from "@ai-config/config-service";
import { connect } from "@ai-config/db";
import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import { createGovernedClaude } from "@ai-config/runtime";
import { pino } from "pino";

import { createWriteLimits } from "../../src/http/limit-writes.ts";
import { type HttpTimeouts, openServer } from "../../src/http/open-server.ts";
import { createAccountTable } from "../../src/identity/account-table.ts";
import { createBuiltInIdentity } from "../../src/identity/built-in-identity.ts";
import { chooseIdentity } from "../../src/identity/choose-identity.ts";
import type { Identity } from "../../src/identity/identity.ts";
import { createIssuerIdentity } from "../../src/identity/jwt/issuer-identity.ts";
import type { IssuerSettings } from "../../src/identity/jwt/issuer-settings.ts";
import { createOwnAccount } from "../../src/identity/own-account.ts";
import { inPlainSigns } from "../../src/log.ts";
import { createLimitedMailer } from "../../src/mail/limited-mailer.ts";
import type { MailSettings } from "../../src/mail/mail-settings.ts";
import { openRedisLimits } from "../../src/redis-limits.ts";
import { createServer } from "../../src/server.ts";
import { freePort } from "./free-port.ts";

/** The real server on a real database, in this process so that a test can reach behind it. */
export interface TestApi extends AsyncDisposable {
  url: string;
  test: TestDatabase;
  service: RunningServiceContext;
  identity: Identity;
  /** Every log line so far. */
  logged(): string;
  /** Makes the server answer as if it were going down. */
  stopAccepting(): void;
}

export interface TestApiOptions {
  signUp?: "open" | "invitation";
  fetch?: typeof fetch;
  /** Variables of the environment layer. */
  environment?: Readonly<Record<string, string>>;
  timeouts?: HttpTimeouts;
  trustedProxies?: number;
  /** The address people use, where it is not the server's own. */
  publicUrl?: string;
  /** More than any test sends unless told. */
  writesPerMinute?: number;
  /** How mails are sent, if any are. */
  mail?: MailSettings;
  /** Who else vouches for people. */
  issuer?: IssuerSettings;
  /** Where limits and budgets are counted, if not in the database. */
  redisUrl?: string;
  /** A migrated database to run on instead of one of its own, which stays. */
  on?: Pick<TestDatabase, "database" | "appUrl">;
}

export async function startApi(options: TestApiOptions = {}): Promise<TestApi> {
  const {
    signUp = "open",
    fetch: outgoing,
    timeouts,
    trustedProxies = 0,
    writesPerMinute = 100_000,
    issuer: settings,
  } = options;
  const own = options.on === undefined ? await createTestDatabase() : undefined;
  const { database, appUrl } = options.on ?? own ?? unreachable();
  const port = await freePort();
  const url = `http://localhost:${port}`;
  let lines = "";
  const log = pino(
    { level: "debug" },
    {
      write: (line: string) => {
        lines += inPlainSigns(line);
      },
    },
  );
  const service = await createServiceContext({
    database,
    environment: options.environment ?? {},
    keyRing: "VGhpcyBpcyBhIGtleSBvZiAzMiBieXRlcywgdGVzdC4",
    ...(outgoing && { fetch: outgoing }),
    log: (level, message, details) => log[level](details ?? {}, message),
  });
  const { redisUrl } = options;
  const limits = redisUrl && openRedisLimits({ url: redisUrl, database, log });
  const claude = createGovernedClaude({ service, ...(limits && { store: limits.store }) });
  const identityDatabase = connect({ url: appUrl, maxConnections: 2, role: "ai_config_identity" });
  const { publicUrl = url } = options;
  const allowedOrigins = new Set([publicUrl]);
  const accountTable = createAccountTable(identityDatabase);
  const shared = { ctx: service, database: identityDatabase, signUp, log };
  const secret = "a secret of more than thirty-two characters";
  const mailer = options.mail && createLimitedMailer(options.mail, identityDatabase, log);
  const builtIn = createBuiltInIdentity({ ...shared, secret, publicUrl, allowedOrigins, mailer });
  const { hasAccounts } = builtIn;
  const issuer = settings && createIssuerIdentity({ ...shared, settings, accountTable, hasAccounts });
  const identity = chooseIdentity({ builtIn, issuer, accountTable });
  let isAccepting = true;
  const app = createServer({
    service,
    claude,
    identity,
    own: createOwnAccount(identityDatabase),
    publicUrl,
    allowedOrigins,
    signUp,
    mailer,
    trustedProxies,
    writeLimits: createWriteLimits(identityDatabase, writesPerMinute),
    webFolder: "no-such-folder",
    isAccepting: () => isAccepting,
    isPrepared: () => true,
    log,
  });
  const server = openServer(app, log, timeouts).listen(port, "127.0.0.1");
  await once(server, "listening");
  return {
    url,
    get test() {
      return own ?? unreachable();
    },
    service,
    identity,
    logged: () => lines,
    stopAccepting: () => {
      isAccepting = false;
    },
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
      await mailer?.close();
      await claude.close();
      if (limits) await limits.close();
      await service.close();
      await identityDatabase.close();
      await own?.[Symbol.asyncDispose]();
    },
  };
}

function unreachable(): never {
  throw new Error("This API runs on a database that the test made.");
}
