import { accounts, type Database, sessions, twoFactors, users, verifications } from "@ai-config/db";
import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { twoFactor } from "better-auth/plugins/two-factor";
import type { Logger } from "pino";

import type { Mailer } from "../mail/mailer.ts";
import { countGuesses } from "./count-guesses.ts";
import { mailOptions } from "./mail-options.ts";
import { guessLimits, SIGN_UP } from "./open-routes.ts";
import { PASSWORD_LENGTH_MAX, PASSWORD_LENGTH_MIN } from "./passwords.ts";

export const BASE_PATH = "/api/auth";
/** Set by us from the connection, so that no caller can choose the address its tries are counted under. */
export const ADDRESS_HEADER = "x-ai-config-address";
/** A session that is used is noted so often, in seconds; a person who looks at their sessions reads that time. */
const USE_NOTED_EVERY = 15 * 60;

export interface AuthOptions {
  /** Connected with the role that may read identity tables, and nothing else. */
  database: Database;
  secret: string;
  publicUrl: string;
  allowedOrigins: ReadonlySet<string>;
  /** Undefined: no mails are sent. */
  mailer: Mailer | undefined;
  log: Logger;
}

/** The identity library on our tables. `onSignedIn` runs for each new session but that of a sign-up. */
export function createAuth(
  { database, secret, publicUrl, allowedOrigins, mailer, log }: AuthOptions,
  onSignedIn: (userId: string) => Promise<void>,
) {
  const mails = mailer && mailOptions(mailer, database, publicUrl);
  return betterAuth({
    baseURL: publicUrl,
    basePath: BASE_PATH,
    secret,
    trustedOrigins: [...allowedOrigins],
    telemetry: { enabled: false },
    // What fails is answered and logged by us: the library would print statements with their values.
    onAPIError: { throw: true },
    logger: { level: "error", log: (_level, message) => log.error({ part: "identity" }, message) },
    database: drizzleAdapter(database.db, {
      provider: "pg",
      schema: {
        user: users,
        session: sessions,
        account: accounts,
        verification: verifications,
        twoFactor: twoFactors,
      },
    }),
    emailAndPassword: {
      enabled: true,
      minPasswordLength: PASSWORD_LENGTH_MIN,
      maxPasswordLength: PASSWORD_LENGTH_MAX,
      ...mails?.emailAndPassword,
    },
    ...(mails && { emailVerification: mails.emailVerification }),
    // Whoever reads the table cannot use what was mailed.
    verification: { storeIdentifier: "hashed" },
    session: { cookieCache: { enabled: false }, updateAge: USE_NOTED_EVERY },
    // Its name is what an authenticator app shows beside the code.
    plugins: [twoFactor({ issuer: "AI Config" })],
    rateLimit: {
      enabled: true,
      customStorage: countGuesses(database),
      window: 60,
      max: 300,
      customRules: guessLimits,
    },
    advanced: {
      database: { generateId: "uuid" },
      ...cookieOptions(publicUrl.startsWith("https:")),
      ipAddress: { ipAddressHeaders: [ADDRESS_HEADER] },
    },
    databaseHooks: {
      session: {
        create: {
          after: async (session, call) => {
            // Signing up settles in by itself, after the invitation was redeemed.
            if (call?.path !== SIGN_UP) await onSignedIn(session.userId);
          },
        },
      },
    },
  });
}

/**
 * Behind TLS cookies have a name that browsers take from this very host alone: a sibling subdomain could else plant a
 * session of its own, in which people would leave their keys.
 */
function cookieOptions(isBehindTls: boolean) {
  return {
    // The library's own prefix, which siblings may use as well, stays out of it.
    useSecureCookies: false,
    cookiePrefix: isBehindTls ? "__Host-ai-config" : "ai-config",
    defaultCookieAttributes: { secure: isBehindTls },
  };
}
