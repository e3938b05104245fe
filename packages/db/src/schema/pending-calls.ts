import { sql } from "drizzle-orm";
import { index, numeric, pgPolicy, text, timestamp, uuid } from "drizzle-orm/pg-core";

import { service } from "./roles.ts";
import { privateSchema } from "./schemas.ts";

/**
 * Calls whose cost is booked and whose record is not in the ledger yet: `private.write_pending_calls` writes those of many
 * calls at once, a moment later, whichever process settled them.
 */
export const pendingCalls = privateSchema.table(
  "pending_calls",
  {
    id: uuid("id").primaryKey(),
    settledAt: timestamp("settled_at", { withTimezone: true }).notNull(),
    /** In USD. */
    cost: numeric("cost").notNull(),
    /** The other columns of the record, as JSON. */
    record: text("record").notNull(),
    /** Of the record: whose windows it counts in until the ledger has it. */
    userId: uuid("user_id"),
    organizationId: uuid("organization_id"),
    startedAt: timestamp("started_at", { withTimezone: true }),
    /** Why the ledger does not take it, as an SQLSTATE: it waits for somebody to look at it. */
    problem: text("problem"),
  },
  (table) => [
    index("pending_calls_user_idx").on(table.userId),
    index("pending_calls_organization_idx")
      .on(table.organizationId)
      .where(sql`${table.organizationId} is not null`),
    pgPolicy("pending_calls_service", { for: "select", to: service, using: sql`true` }),
  ],
);
