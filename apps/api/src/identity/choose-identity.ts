import { AIConfigError } from "@ai-config/config-core";

import { bearerOf } from "../http/bearer.ts";
import type { AccountTable } from "./account-table.ts";
import type { Caller, Identity } from "./identity.ts";
import type { IssuerIdentity } from "./jwt/issuer-identity.ts";

export interface IdentitySources {
  /** Sessions, by cookie. */
  builtIn: Identity;
  /** Tokens of another issuer; undefined where none is trusted. */
  issuer: IssuerIdentity | undefined;
  accountTable: AccountTable;
}

const SIGN_UP_BY_TOKEN = "/api/auth/sign-up/token";

/**
 * Asks one authority about each request. A request with an Authorization header is its bearer's alone: whatever
 * cookie a browser adds to it says nothing, also where the header turns out to be worth nothing.
 */
export function chooseIdentity({ builtIn, issuer, accountTable }: IdentitySources): Identity {
  return {
    authenticate: (headers) =>
      headers.has("authorization") ? callerOf(bearerOf(headers)) : builtIn.authenticate(headers),
    handle: async (request, address) => {
      const { pathname } = new URL(request.url);
      if (issuer !== undefined && request.method === "POST" && pathname === SIGN_UP_BY_TOKEN) {
        return issuer.signUp(request);
      }
      // Supabase's accounts have their passwords there.
      if (!(await accountTable.isOurs())) throw new AIConfigError("NOT_FOUND");
      return builtIn.handle(request, address);
    },
    hasAccounts: async () => !(await accountTable.isOurs()) || builtIn.hasAccounts(),
  };

  async function callerOf(token: string | undefined): Promise<Caller> {
    const person = token === undefined ? null : await issuer?.identify(token);
    return { person: person ?? null, cookies: [] };
  }
}
