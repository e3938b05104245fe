import { sql } from "drizzle-orm";
import { boolean, integer, pgPolicy, text, timestamp, uuid } from "drizzle-orm/pg-core";

import { identity } from "./roles.ts";
import { identitySchema } from "./schemas.ts";
import { users } from "./users.ts";

/** What an authenticator app and its owner's account share; both secrets are encrypted before they come here. */
export const twoFactors = identitySchema.table(
  "two_factors",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    userId: uuid("user_id")
      .notNull()
      .unique()
      .references(() => users.id, { onDelete: "cascade" }),
    secret: text("secret").notNull(),
    backupCodes: text("backup_codes").notNull(),
    /** Whether a code of the app was seen: until then nobody is asked for one. */
    verified: boolean("verified").notNull().default(false),
    failedVerificationCount: integer("failed_verification_count").notNull().default(0),
    lockedUntil: timestamp("locked_until", { withTimezone: true }),
  },
  () => [
    pgPolicy("two_factors_identity", { for: "all", to: identity, using: sql`true`, withCheck: sql`true` }),
  ],
);
