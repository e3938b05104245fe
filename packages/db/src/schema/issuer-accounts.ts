import { sql } from "drizzle-orm";
import { index, pgPolicy, text, timestamp, uuid } from "drizzle-orm/pg-core";

import { identity } from "./roles.ts";
import { identitySchema } from "./schemas.ts";
import { users } from "./users.ts";

/** Whom an issuer elsewhere vouches for. Unused on Supabase, whose accounts carry the issuer's own ids. */
export const issuerAccounts = identitySchema.table(
  "issuer_accounts",
  {
    /** A hash of issuer and subject, so that what is left of a deleted account names nobody. */
    key: text("key").primaryKey(),
    /** Null once the account was deleted: the same person comes back by invitation only. */
    userId: uuid("user_id").references(() => users.id, { onDelete: "set null" }),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    index("issuer_accounts_user_idx").on(table.userId),
    pgPolicy("issuer_accounts_identity", {
      for: "all",
      to: identity,
      using: sql`true`,
      withCheck: sql`true`,
    }),
  ],
);
