import { sql } from "drizzle-orm";
import { bigint, check, index, numeric, pgPolicy, text, timestamp, uuid } from "drizzle-orm/pg-core";

import { isAmount } from "./expressions.ts";
import { service } from "./roles.ts";
import { privateSchema } from "./schemas.ts";

/** A call that was admitted and is not settled: it holds a slot of each scope and a reservation in each window. */
export const admissionLeases = privateSchema.table(
  "admission_leases",
  {
    id: uuid("id").primaryKey(),
    scope: text("scope").notNull(),
    /** The other one, where there are two. */
    otherScope: text("other_scope"),
    /** Rows of `budget_windows`: all that are open for the scopes, by scope and id. */
    windowIds: bigint("window_ids", { mode: "bigint" }).array().notNull(),
    reserve: numeric("reserve").notNull(),
    admittedAt: timestamp("admitted_at", { withTimezone: true }).notNull(),
    expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
  },
  (table) => [
    index("admission_leases_scope_idx").on(table.scope, table.expiresAt),
    index("admission_leases_other_scope_idx").on(table.otherScope, table.expiresAt),
    index("admission_leases_expires_idx").on(table.expiresAt),
    check("admission_leases_reserve_check", isAmount(table.reserve)),
    pgPolicy("admission_leases_service", { for: "select", to: service, using: sql`true` }),
  ],
);
