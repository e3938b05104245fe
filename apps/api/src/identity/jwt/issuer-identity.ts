import { AIConfigError } from "@ai-config/config-core";
import { acceptInvitation, type ServiceContext } from "@ai-config/config-service";
import type { Database } from "@ai-config/db";
import type { Logger } from "pino";
import * as z from "zod";

import { bearerOf } from "../../http/bearer.ts";
import type { AccountTable } from "../account-table.ts";
import { readChecked } from "../checked-request.ts";
import type { Person } from "../identity.ts";
import { settleIn } from "../settle-in.ts";
import { invitationInput, makeAccount } from "../sign-up.ts";
import { findJwksUrl } from "./find-jwks-url.ts";
import {
  createIssuerAccount,
  findIssuerAccount,
  type IssuerAccount,
  type Sighting,
  undoIssuerAccount,
  updateIssuerAccount,
} from "./issuer-accounts.ts";
import { createIssuerKeys } from "./issuer-keys.ts";
import type { IssuerSettings } from "./issuer-settings.ts";
import { findSupabaseAccount } from "./supabase-account.ts";
import type { TokenClaims } from "./token-claims.ts";
import { createTokenVerifier } from "./verify-token.ts";

const signUpBody = z.strictObject({ invitation: invitationInput.optional() });

export interface IssuerIdentityOptions {
  ctx: ServiceContext;
  /** Connected with the role that may read identity tables, and nothing else. */
  database: Database;
  accountTable: AccountTable;
  settings: IssuerSettings;
  signUp: "open" | "invitation";
  hasAccounts: () => Promise<boolean>;
  log: Logger;
}

/** People that an issuer elsewhere vouches for, by the tokens it signs. */
export interface IssuerIdentity {
  /**
   * Who a token is about, or null where it is not to be believed or the account was deleted. Whom we see for the
   * first time gets an account where sign-up is open, and is refused with SIGN_UP_CLOSED otherwise.
   */
  identify(token: string): Promise<Person | null>;
  /** Makes the account of a token's bearer by an invitation, or joins the one they have to the organization. */
  signUp(request: Request): Promise<Response>;
}

export function createIssuerIdentity(options: IssuerIdentityOptions): IssuerIdentity {
  const { ctx, database, accountTable, settings, log } = options;
  const keys = createIssuerKeys({ findUrl: (signal) => findJwksUrl(settings, signal), log });
  const verify = createTokenVerifier({ settings, keys, log });

  async function find(claims: TokenClaims): Promise<Sighting> {
    if (!(await accountTable.isOurs())) return (await findSupabaseAccount(database, claims)) ?? "ended";
    const found = await findIssuerAccount(database.db, claims);
    return typeof found === "string" ? found : updateIssuerAccount(database, found, claims);
  }

  /** Answers an account that was made meanwhile as it is: then it is not new. */
  function make(claims: TokenClaims, before: Sighting, invitation?: string) {
    return makeAccount(
      {
        ctx,
        mode: options.signUp,
        hasAccounts: options.hasAccounts,
        deleteAccount: () => undoIssuerAccount(database, claims, before),
        settleIn: (userId) => settleIn({ ctx, log }, userId, async () => claims.name ?? ""),
      },
      { invitation, email: claims.email ?? "" },
      async () => {
        const made = await createIssuerAccount(database, claims);
        return { userId: made.isNew ? made.account.userId : null, answer: made };
      },
    );
  }

  return {
    identify: async (token) => {
      const claims = await verify(token);
      if (claims === undefined) return null;
      const found = await find(claims);
      if (found === "ended") return null;
      return personOf(found === "unknown" ? (await make(claims, found)).account : found);
    },
    signUp: async (request) => {
      const claims = await verify(bearerOf(request.headers) ?? "");
      if (claims === undefined) throw new AIConfigError("UNAUTHENTICATED");
      const { invitation } = await readChecked(request, signUpBody);
      const found = await find(claims);
      const mayReturn = invitation !== undefined && (await accountTable.isOurs());
      if (found === "ended" && !mayReturn) throw new AIConfigError("UNAUTHENTICATED");
      const { account, isNew } =
        typeof found === "string" ? await make(claims, found, invitation) : { account: found, isNew: false };
      if (!isNew && invitation !== undefined) {
        const actor = { type: "user", userId: account.userId } as const;
        await acceptInvitation(ctx, { actor, token: invitation });
      }
      return answerFor(account);
    },
  };
}

function personOf({ userId, name, email }: IssuerAccount): Person {
  return { userId, sessionId: null, name, email };
}

function answerFor({ userId, name, email }: IssuerAccount): Response {
  return Response.json({ user: { id: userId, name, email } });
}
