import { sql } from "drizzle-orm";
import { check, pgPolicy, text, timestamp } from "drizzle-orm/pg-core";

import { service } from "./roles.ts";
import { privateSchema } from "./schemas.ts";

/** One sealed word per master key: a start with another key under the same id is noticed at once. */
export const kekCanaries = privateSchema.table(
  "kek_canaries",
  {
    kekId: text("kek_id").primaryKey(),
    sealed: text("sealed").notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => [
    check(
      "kek_canaries_sealed_check",
      sql`char_length(${table.sealed}) <= 4096 and ${table.sealed} ~ '^[A-Za-z0-9_-]+[.][A-Za-z0-9_-]*[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]+$'`,
    ),
    pgPolicy("kek_canaries_service", { for: "all", to: service, using: sql`true`, withCheck: sql`true` }),
  ],
);
