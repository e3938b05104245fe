import { AIConfigError } from "@ai-config/config-core";
import type { ServiceContext } from "@ai-config/config-service";
import {
  accounts,
  type Database,
  eq,
  rateLimits,
  sessions,
  twoFactors,
  users,
  verifications,
} from "@ai-config/db";
import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { twoFactor } from "better-auth/plugins/two-factor";
import type { Logger } from "pino";

import { toAIConfigError } from "../http/problem.ts";
import { readChecked, withBody } from "./checked-request.ts";
import type { Identity } from "./identity.ts";
import { guessLimits, openRoutes, SIGN_UP } from "./open-routes.ts";
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from "./passwords.ts";
import { settleIn as settleInAccount } from "./settle-in.ts";
import { signUp } from "./sign-up.ts";

/** Set by us from the connection, so that no caller can choose the address its tries are counted under. */
const addressHeader = "x-ai-config-address";
const BASE_PATH = "/api/auth";
/** A session that is used is noted so often, in seconds; a person who looks at their sessions reads that time. */
const USE_NOTED_EVERY = 15 * 60;

export interface BuiltInIdentityOptions {
  ctx: ServiceContext;
  /** Connected with the role that may read identity tables, and nothing else. */
  database: Database;
  secret: string;
  publicUrl: string;
  allowedOrigins: ReadonlySet<string>;
  signUp: "open" | "invitation";
  log: Logger;
}

/** E-mail and password on our own database, sessions in HttpOnly cookies. */
export function createBuiltInIdentity(options: BuiltInIdentityOptions): Identity {
  const { ctx, database, log } = options;
  const auth = betterAuth({
    baseURL: options.publicUrl,
    basePath: BASE_PATH,
    secret: options.secret,
    trustedOrigins: [...options.allowedOrigins],
    telemetry: { enabled: false },
    logger: { level: "error", log: (_level, message) => log.error({ part: "identity" }, message) },
    database: drizzleAdapter(database.db, {
      provider: "pg",
      schema: {
        user: users,
        session: sessions,
        account: accounts,
        verification: verifications,
        twoFactor: twoFactors,
        rateLimit: rateLimits,
      },
    }),
    emailAndPassword: {
      enabled: true,
      minPasswordLength: PASSWORD_LENGTH_MIN,
      maxPasswordLength: PASSWORD_LENGTH_MAX,
    },
    session: { cookieCache: { enabled: false }, updateAge: USE_NOTED_EVERY },
    // Its name is what an authenticator app shows beside the code.
    plugins: [twoFactor({ issuer: "AI Config" })],
    rateLimit: {
      enabled: true,
      storage: "database",
      window: 60,
      max: 300,
      customRules: guessLimits,
    },
    advanced: {
      database: { generateId: "uuid" },
      useSecureCookies: options.publicUrl.startsWith("https:"),
      cookiePrefix: "ai-config",
      ipAddress: { ipAddressHeaders: [addressHeader] },
    },
    databaseHooks: {
      session: {
        create: {
          after: async (session, call) => {
            // Signing up settles in by itself, after the invitation was redeemed.
            if (call?.path !== SIGN_UP) await settleIn(session.userId);
          },
        },
      },
    },
  });

  const settleIn = (userId: string) =>
    settleInAccount({ ctx, log }, userId, async () => {
      const context = await auth.$context;
      return (await context.internalAdapter.findUserById(userId))?.name ?? "";
    });

  /** Takes an account back in one statement: what signs it in goes with it. */
  async function deleteAccount(userId: string): Promise<void> {
    await database.db.delete(users).where(eq(users.id, userId));
  }

  const hasAccounts = async () =>
    (await database.db.select({ id: users.id }).from(users).limit(1)).length > 0;

  return {
    authenticate: async (headers) => {
      const asked = auth.api.getSession({ headers, returnHeaders: true });
      const { headers: answered, response: session } = await asked.catch((error: unknown) => {
        const known = toAIConfigError(error);
        throw known.code === "INTERNAL" ? new AIConfigError("DATABASE_UNAVAILABLE", { cause: error }) : known;
      });
      const cookies = answered.getSetCookie();
      if (session === null) return { person: null, cookies };
      const { user } = session;
      const person = { userId: user.id, sessionId: session.session.id, name: user.name, email: user.email };
      return { person, cookies };
    },
    handle: async (request, address) => {
      const { pathname } = new URL(request.url);
      const path = pathname.slice(BASE_PATH.length);
      const body = openRoutes.get(path);
      if (request.method !== "POST" || (path !== SIGN_UP && body === undefined)) {
        throw new AIConfigError("NOT_FOUND");
      }
      const headers = new Headers(request.headers);
      headers.delete(addressHeader);
      if (address !== undefined) headers.set(addressHeader, address);
      const addressed = new Request(request, { headers });
      if (body !== undefined) return auth.handler(withBody(addressed, await readChecked(addressed, body)));
      return signUp(addressed, {
        ctx,
        mode: options.signUp,
        hasAccounts,
        createAccount: (checked) => auth.handler(checked),
        deleteAccount,
        settleIn,
      });
    },
    hasAccounts,
  };
}
