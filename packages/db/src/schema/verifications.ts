import { sql } from "drizzle-orm";
import { index, pgPolicy, text, timestamp, uuid } from "drizzle-orm/pg-core";

import { identity } from "./roles.ts";
import { identitySchema } from "./schemas.ts";

/** Short-lived proofs, such as of an e-mail address. */
export const verifications = identitySchema.table(
  "verifications",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    identifier: text("identifier").notNull(),
    value: text("value").notNull(),
    expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp("updated_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    index("verifications_identifier_idx").on(table.identifier),
    pgPolicy("verifications_identity", { for: "all", to: identity, using: sql`true`, withCheck: sql`true` }),
  ],
);
