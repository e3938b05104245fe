import { sql } from "drizzle-orm";
import { index, pgPolicy, text, timestamp, uuid } from "drizzle-orm/pg-core";

import { identity } from "./roles.ts";
import { identitySchema } from "./schemas.ts";
import { users } from "./users.ts";

/** Signed-in browsers. */
export const sessions = identitySchema.table(
  "sessions",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    token: text("token").notNull().unique(),
    expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
    ipAddress: text("ip_address"),
    userAgent: text("user_agent"),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp("updated_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    index("sessions_user_idx").on(table.userId),
    pgPolicy("sessions_identity", { for: "all", to: identity, using: sql`true`, withCheck: sql`true` }),
  ],
);
