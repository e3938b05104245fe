import { AIConfigError, type TokenAction } from "@ai-config/config-core";
import { isDatabaseUnavailable } from "@ai-config/db";

import type { ServiceContext } from "../context.ts";
import { hashToken } from "./service-token.ts";

/** A token that lives, and what it is good for. */
export interface LiveServiceToken {
  readonly tokenId: string;
  readonly organizationId: string;
  /** What it is called, with its hint: for the audit. */
  readonly name: string;
  readonly actions: readonly TokenAction[];
}

/**
 * What a token is good for at this moment, and a note that it was used. Null for one that is unknown, revoked or
 * expired. Rejects with DATABASE_UNAVAILABLE where nobody can say.
 */
export async function useServiceToken(
  { database }: Pick<ServiceContext, "database">,
  token: string,
): Promise<LiveServiceToken | null> {
  try {
    const [row] = await database.db.$client<
      { id: string; organization_id: string; name: string; hint: string; actions: TokenAction[] }[]
    >`select id, organization_id, name, hint, actions from private.use_service_token(${hashToken(token)})`;
    if (row === undefined) return null;
    const { id: tokenId, organization_id: organizationId, name, hint, actions } = row;
    return { tokenId, organizationId, name: `${name} (${hint})`, actions };
  } catch (error) {
    if (isDatabaseUnavailable(error)) throw new AIConfigError("DATABASE_UNAVAILABLE");
    throw error;
  }
}
