import { sql } from "drizzle-orm";
import { pgPolicy, timestamp, uuid } from "drizzle-orm/pg-core";

import { service } from "./roles.ts";
import { privateSchema } from "./schemas.ts";

/** Ids of calls that are booked, so that none is booked twice: a partitioned ledger cannot tell by itself. */
export const settledCalls = privateSchema.table(
  "settled_calls",
  {
    id: uuid("id").primaryKey(),
    settledAt: timestamp("settled_at", { withTimezone: true }).notNull(),
  },
  () => [pgPolicy("settled_calls_service", { for: "select", to: service, using: sql`true` })],
);
