import { AIConfigError } from "@ai-config/config-core";
import { createOrganization, listOrganizations, type ServiceContext } from "@ai-config/config-service";
import { accounts, type Database, rateLimits, sessions, users, verifications } from "@ai-config/db";
import { betterAuth } from "better-auth";
import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError, createAuthMiddleware } from "better-auth/api";
import type { Logger } from "pino";
import * as z from "zod";

import { toAIConfigError } from "../http/problem.ts";
import type { Identity } from "./identity.ts";
import { requireInvitation, useInvitation } from "./sign-up-invitations.ts";

/** Set by us from the connection, so that no caller can choose the address its tries are counted under. */
const addressHeader = "x-ai-config-address";
/** OWASP asks for 8 and recommends length over rules; 10 leaves a margin. */
const PASSWORD_LENGTH_MIN = 10;

const signUpBody = z.object({
  name: z.string().trim().min(1).max(100),
  email: z.email().max(320),
  invitation: z.string().min(20).max(200).optional(),
});

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
    basePath: "/api/auth",
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
        rateLimit: rateLimits,
      },
    }),
    emailAndPassword: { enabled: true, minPasswordLength: PASSWORD_LENGTH_MIN, maxPasswordLength: 128 },
    session: { cookieCache: { enabled: false } },
    rateLimit: {
      enabled: true,
      storage: "database",
      window: 60,
      max: 300,
      customRules: {
        "/sign-in/email": { window: 60, max: 20 },
        "/sign-up/email": { window: 60, max: 20 },
      },
    },
    advanced: {
      database: { generateId: "uuid" },
      useSecureCookies: options.publicUrl.startsWith("https:"),
      cookiePrefix: "ai-config",
      ipAddress: { ipAddressHeaders: [addressHeader] },
    },
    hooks: {
      before: createAuthMiddleware(async (call) => {
        if (call.path !== "/sign-up/email") return;
        const body = signUpBody.safeParse(call.body);
        if (!body.success) {
          throw new APIError("BAD_REQUEST", { message: "Give a name, an e-mail address and a password." });
        }
        if (options.signUp === "open" && body.data.invitation === undefined) return;
        try {
          await requireInvitation(ctx, body.data.invitation, body.data.email);
        } catch (error) {
          const { code, message } = toAIConfigError(error);
          throw new APIError(code === "SIGN_UP_CLOSED" ? "FORBIDDEN" : "BAD_REQUEST", { message, code });
        }
      }),
    },
    databaseHooks: {
      session: {
        create: {
          after: async (session, call) => {
            const invitation: unknown = call?.path === "/sign-up/email" ? call.body?.invitation : undefined;
            await settleIn(session.userId, typeof invitation === "string" ? invitation : undefined);
          },
        },
      },
    },
  });

  /** Gives an account an organization to be in. What fails here is made up for at the next sign-in. */
  async function settleIn(userId: string, invitation: string | undefined): Promise<void> {
    try {
      if (invitation !== undefined && (await useInvitation(ctx, invitation, userId))) return;
      const actor = { type: "user", userId } as const;
      if ((await listOrganizations(ctx, { actor })).length > 0) return;
      const person = await auth.$context.then((context) => context.internalAdapter.findUserById(userId));
      await createOrganization(ctx, { actor, name: `${person?.name ?? "My"}'s organization`.slice(0, 120) });
    } catch (error) {
      const { code } = toAIConfigError(error);
      log.error({ part: "identity", code, userId }, "The account has no organization yet.");
    }
  }

  return {
    authenticate: async (headers) => {
      const session = await auth.api.getSession({ headers }).catch((error: unknown) => {
        const known = toAIConfigError(error);
        throw known.code === "INTERNAL" ? new AIConfigError("DATABASE_UNAVAILABLE", { cause: error }) : known;
      });
      if (session === null) return null;
      const { user } = session;
      return { userId: user.id, sessionId: session.session.id, name: user.name, email: user.email };
    },
    handle: (request, address) => {
      const headers = new Headers(request.headers);
      headers.delete(addressHeader);
      if (address !== undefined) headers.set(addressHeader, address);
      return auth.handler(new Request(request, { headers }));
    },
    hasAccounts: async () => (await database.db.select({ id: users.id }).from(users).limit(1)).length > 0,
  };
}
