import { createHash } from "node:crypto";

import { AIConfigError } from "@ai-config/config-core";
import { type Database, type Db, eq, issuerAccounts, sql, sqlStateOf, users } from "@ai-config/db";

import type { TokenClaims } from "./token-claims.ts";

/** An account that an issuer vouches for. */
export interface IssuerAccount {
  readonly userId: string;
  readonly name: string;
  readonly email: string;
}

/** What there is for somebody: their account, none yet, or what is left of one that was deleted. */
export type Sighting = IssuerAccount | "unknown" | "ended";

const UNIQUE_VIOLATION = "23505";

/** The account of the person that claims are about. */
export async function findIssuerAccount(db: Pick<Db, "select">, claims: TokenClaims): Promise<Sighting> {
  const [row] = await db
    .select({ userId: users.id, name: users.name, email: users.email })
    .from(issuerAccounts)
    .leftJoin(users, eq(users.id, issuerAccounts.userId))
    .where(eq(issuerAccounts.key, keyOf(claims)));
  if (row === undefined) return "unknown";
  const { userId, name, email } = row;
  return userId === null ? "ended" : { userId, name: name ?? "", email: email ?? "" };
}

/**
 * Makes an account for the person, or answers the one that was made meanwhile. It is never joined with one that
 * has the same address: whoever made that one may be somebody else.
 */
export function createIssuerAccount(
  { db }: Database,
  claims: TokenClaims,
): Promise<{ account: IssuerAccount; isNew: boolean }> {
  const key = keyOf(claims);
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
    const existing = await findIssuerAccount(tx, claims);
    if (typeof existing !== "string") return { account: existing, isNew: false };
    const userId = crypto.randomUUID();
    const account = {
      userId,
      name: claims.name ?? "",
      // Every account has an address. This one can receive nothing and matches no invitation (RFC 2606).
      email: claims.email ?? `${userId}@no-address.invalid`,
    };
    const made = await tx
      .insert(users)
      .values({ id: userId, ...account, emailVerified: claims.email !== undefined })
      .onConflictDoNothing({ target: users.email })
      .returning({ id: users.id });
    if (made.length === 0) throw new AIConfigError("ACCOUNT_EXISTS");
    await tx
      .insert(issuerAccounts)
      .values({ key, userId })
      .onConflictDoUpdate({ target: issuerAccounts.key, set: { userId } });
    return { account, isNew: true };
  });
}

/** Takes an account back as if it had never been made: what was left of an earlier one stays. */
export async function undoIssuerAccount(
  { db }: Database,
  claims: TokenClaims,
  before: Sighting,
): Promise<void> {
  const key = keyOf(claims);
  await db.transaction(async (tx) => {
    const [row] = await tx.select().from(issuerAccounts).where(eq(issuerAccounts.key, key));
    if (row?.userId) await tx.delete(users).where(eq(users.id, row.userId));
    if (before === "unknown") await tx.delete(issuerAccounts).where(eq(issuerAccounts.key, key));
  });
}

/** Takes over what the issuer says by now. An address that somebody else has here stays theirs. */
export async function updateIssuerAccount(
  { db }: Database,
  account: IssuerAccount,
  { name = account.name, email = account.email }: TokenClaims,
): Promise<IssuerAccount> {
  if (name === account.name && email === account.email) return account;
  const change = (values: Partial<typeof users.$inferInsert>) =>
    db.update(users).set(values).where(eq(users.id, account.userId));
  try {
    await change({ name, email, emailVerified: true });
    return { ...account, name, email };
  } catch (error) {
    if (sqlStateOf(error) !== UNIQUE_VIOLATION) throw error;
    await change({ name });
    return { ...account, name };
  }
}

function keyOf({ issuer, subject }: TokenClaims): string {
  return createHash("sha256")
    .update(JSON.stringify([issuer, subject]))
    .digest("hex");
}
