import { sql } from "drizzle-orm";
import { numeric, pgPolicy, text, timestamp, uuid } from "drizzle-orm/pg-core";

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
    /** Why the ledger does not take it, as an SQLSTATE: it waits for somebody to look at it. */
    problem: text("problem"),
  },
  () => [pgPolicy("pending_calls_service", { for: "select", to: service, using: sql`true` })],
);
