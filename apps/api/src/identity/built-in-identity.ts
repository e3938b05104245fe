import { AIConfigError, withoutSecrets } from "@ai-config/config-core";
import type { ServiceContext } from "@ai-config/config-service";
import { eq, users } from "@ai-config/db";
import { hashOf } from "../hash-of.ts";
import { toAIConfigError } from "../http/problem.ts";
import { createRequestLimiter } from "../http/request-limiter.ts";
import { readChecked, withBody } from "./checked-request.ts";
import { ADDRESS_HEADER, type AuthOptions, BASE_PATH, createAuth } from "./create-auth.ts";
import { endPendingSteps } from "./end-pending-steps.ts";
import type { Identity } from "./identity.ts";
import {
  CHANGE_PASSWORD,
  CONFIRM_ADDRESS,
  mailRoutes,
  openRoutes,
  SEND_CONFIRMATION,
  SIGN_IN,
  SIGN_UP,
  VERIFY_CODE,
} from "./open-routes.ts";
import { settleIn as settleInAccount } from "./settle-in.ts";
import { signUp } from "./sign-up.ts";
import { CODE_SECONDS, useCodeOnce } from "./use-code-once.ts";

/** At one account, from wherever. NIST SP 800-63B allows a hundred in a row. */
const TRIES_PER_HOUR = 100;
/** Twice as long as any browser's. */
const USER_AGENT_MAX = 500;

export interface BuiltInIdentityOptions extends AuthOptions {
  ctx: ServiceContext;
  signUp: "open" | "invitation";
}

/** E-mail and password on our own database, sessions in HttpOnly cookies. */
export function createBuiltInIdentity(options: BuiltInIdentityOptions): Identity {
  const { ctx, database, mailer, log } = options;
  const auth = createAuth(options, (userId) => settleIn(userId));
  const signInTries = createRequestLimiter(database, TRIES_PER_HOUR, 60 * 60);
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

  /** What the library says to a checked request, and what we add to that. */
  async function ask(path: string, request: Request, checked: object): Promise<Response> {
    if (path === SIGN_IN) await limitTries((checked as { email: string }).email);
    const asked = await translate(path, request, checked);
    if (path === CHANGE_PASSWORD) return changePassword(asked);
    if (path !== VERIFY_CODE) return auth.handler(asked);
    // Whoever has a session already is connecting their app.
    const isSignIn = (await auth.api.getSession({ headers: request.headers })) === null;
    const answer = await auth.handler(asked);
    const { code } = checked as { code: string };
    return isSignIn ? useCodeOnce(database, usedCodes, code, answer) : answer;
  }

  /** Whoever knew the former password, and waits for a code just now, knows nothing any more. */
  async function changePassword(asked: Request): Promise<Response> {
    const answer = await auth.handler(asked);
    if (answer.ok) {
      const { user } = (await answer.clone().json()) as { user: { id: string } };
      await endPendingSteps(database, user.id);
    }
    return answer;
  }

  /** Whoever guesses from many addresses is counted by the account, also by one that is not there. */
  async function limitTries(email: string): Promise<void> {
    const retryAfterMs = await signInTries.take(`sign-in ${hashOf(email.toLowerCase())}`, 1);
    if (retryAfterMs !== undefined) throw new AIConfigError("RATE_LIMITED", { retryAfterMs });
  }

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
      // A session keeps what a browser calls itself, and anything can be called so.
      headers.set("user-agent", withoutSecrets(headers.get("user-agent") ?? "").slice(0, USER_AGENT_MAX));
      const addressed = new Request(request, { headers });
      if (body !== undefined) return ask(path, addressed, await readChecked(addressed, body));
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
