import { AIConfigError } from "@ai-config/config-core";
import { and, type Database, eq, gt, ne, sessions, sql, users } from "@ai-config/db";

import { describeDevice } from "./describe-device.ts";
import type { Person } from "./identity.ts";

/** A browser that somebody is signed in with. */
export interface OwnSession {
  readonly id: string;
  /** Such as "Chrome on macOS". */
  readonly device: string;
  /** Null where it is not known. */
  readonly address: string | null;
  readonly createdAt: string;
  /** Right to a quarter of an hour. */
  readonly lastUsedAt: string;
  readonly isCurrent: boolean;
}

/** How whoever asks signs in, and where. Nobody sees or ends another's sessions: their id alone finds nothing. */
export interface OwnAccount {
  /** Whether a sign-in asks for a code of an authenticator app, and whether the address was confirmed. */
  readSignIn(person: Person): Promise<{ hasTwoFactor: boolean; isConfirmed: boolean }>;
  listSessions(person: Person): Promise<OwnSession[]>;
  /** Ends one session at once. */
  endSession(person: Person, sessionId: string): Promise<void>;
  /** Ends all sessions but the one that asks. Answers how many. */
  endOtherSessions(person: Person): Promise<{ ended: number }>;
}

/** Connected with the role that may reach the identity tables. */
export function createOwnAccount({ db }: Pick<Database, "db">): OwnAccount {
  const isLive = gt(sessions.expiresAt, sql`now()`);
  return {
    readSignIn: async (person) => {
      sessionOf(person);
      const [row] = await db
        .select({ hasTwoFactor: users.twoFactorEnabled, isConfirmed: users.emailVerified })
        .from(users)
        .where(eq(users.id, person.userId));
      if (row === undefined) throw new AIConfigError("UNAUTHENTICATED");
      return row;
    },
    listSessions: async (person) => {
      const sessionId = sessionOf(person);
      const rows = await db
        .select({
          id: sessions.id,
          userAgent: sessions.userAgent,
          ipAddress: sessions.ipAddress,
          createdAt: sessions.createdAt,
          updatedAt: sessions.updatedAt,
        })
        .from(sessions)
        .where(and(eq(sessions.userId, person.userId), isLive));
      return rows
        .map((row) => ({
          id: row.id,
          device: describeDevice(row.userAgent),
          address: row.ipAddress || null,
          createdAt: row.createdAt.toISOString(),
          lastUsedAt: row.updatedAt.toISOString(),
          isCurrent: row.id === sessionId,
        }))
        .sort(
          (a, b) =>
            Number(b.isCurrent) - Number(a.isCurrent) ||
            b.lastUsedAt.localeCompare(a.lastUsedAt) ||
            a.id.localeCompare(b.id),
        );
    },
    endSession: async (person, id) => {
      sessionOf(person);
      const ended = await db
        .delete(sessions)
        .where(and(eq(sessions.id, id), eq(sessions.userId, person.userId), isLive))
        .returning({ id: sessions.id });
      if (ended.length === 0) throw new AIConfigError("NOT_FOUND");
    },
    endOtherSessions: async (person) => {
      const ended = await db
        .delete(sessions)
        .where(and(eq(sessions.userId, person.userId), ne(sessions.id, sessionOf(person)), isLive))
        .returning({ id: sessions.id });
      return { ended: ended.length };
    },
  };
}

/** Whose token another issuer made has no session here, and none to end. */
function sessionOf({ sessionId }: Person): string {
  if (sessionId !== null) return sessionId;
  throw new AIConfigError("FORBIDDEN", {
    message: "You did not sign in here. Look after your sessions where you did.",
  });
}
