import { AIConfigError } from "@ai-config/config-core";
import type { ServiceContext } from "@ai-config/config-service";
import { eq, users } from "@ai-config/db";
import { toAIConfigError } from "../http/problem.ts";
import { createRequestLimiter } from "../http/request-limiter.ts";
import { readChecked, withBody } from "./checked-request.ts";
import { ADDRESS_HEADER, type AuthOptions, BASE_PATH, createAuth } from "./create-auth.ts";
import type { Identity } from "./identity.ts";
import {
  CONFIRM_ADDRESS,
  mailRoutes,
  openRoutes,
  SEND_CONFIRMATION,
  SIGN_UP,
  VERIFY_CODE,
} from "./open-routes.ts";
import { settleIn as settleInAccount } from "./settle-in.ts";
import { signUp } from "./sign-up.ts";
import { CODE_SECONDS, useCodeOnce } from "./use-code-once.ts";

export interface BuiltInIdentityOptions extends AuthOptions {
  ctx: ServiceContext;
  signUp: "open" | "invitation";
}

/** E-mail and password on our own database, sessions in HttpOnly cookies. */
export function createBuiltInIdentity(options: BuiltInIdentityOptions): Identity {
  const { ctx, database, mailer, log } = options;
  const auth = createAuth(options, (userId) => settleIn(userId));
  const usedCodes = createRequestLimiter(database, 1, CODE_SECONDS);

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

  /** A checked request as the library wants it. */
  async function translate(path: string, request: Request, body: object): Promise<Request> {
    if (path === CONFIRM_ADDRESS) {
      // The library takes it from a link, which a program that looks at mails may open by itself.
      const url = `${request.url}?${new URLSearchParams({ ...body })}`;
      return new Request(url, { headers: request.headers });
    }
    if (path !== SEND_CONFIRMATION) return withBody(request, body);
    const session = await auth.api.getSession({ headers: request.headers });
    if (session === null) throw new AIConfigError("UNAUTHENTICATED");
    return withBody(request, { email: session.user.email });
  }

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
      const body = openRoutes.get(path) ?? (mailer && mailRoutes.get(path));
      if (request.method !== "POST" || (path !== SIGN_UP && body === undefined)) {
        throw new AIConfigError("NOT_FOUND");
      }
      const headers = new Headers(request.headers);
      headers.delete(ADDRESS_HEADER);
      if (address !== undefined) headers.set(ADDRESS_HEADER, address);
      const addressed = new Request(request, { headers });
      if (body !== undefined) {
        const checked = await readChecked(addressed, body);
        const isSignIn = path === VERIFY_CODE && (await auth.api.getSession({ headers })) === null;
        const answer = await auth.handler(await translate(path, addressed, checked));
        return isSignIn
          ? useCodeOnce(database, usedCodes, (checked as { code: string }).code, answer)
          : answer;
      }
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
