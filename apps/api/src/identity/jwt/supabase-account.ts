import { type Database, sql } from "@ai-config/db";
import * as z from "zod";

import { NAME_MAX, oneLineOf } from "../../http/name-input.ts";
import type { IssuerAccount } from "./issuer-accounts.ts";
import type { TokenClaims } from "./token-claims.ts";

const accountId = z.guid();

/** On Supabase a token's subject is the account's id. Undefined for one that is gone, banned or anonymous. */
export async function findSupabaseAccount(
  { db }: Database,
  { subject }: TokenClaims,
): Promise<IssuerAccount | undefined> {
  if (!accountId.safeParse(subject).success) return undefined;
  // One id, one spelling: limits and caches go by it.
  const userId = subject.toLowerCase();
  const [row] = await db.execute<{ name: string | null; email: string | null }>(
    sql`select name, email from private.find_living_user(${userId}::uuid)`,
  );
  if (row === undefined) return undefined;
  return { userId, name: oneLineOf(row.name ?? "", NAME_MAX), email: row.email ?? "" };
}
