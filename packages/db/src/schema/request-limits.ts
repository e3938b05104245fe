import { sql } from "drizzle-orm";
import { index, integer, pgPolicy, text, timestamp } from "drizzle-orm/pg-core";

import { identity } from "./roles.ts";
import { identitySchema } from "./schemas.ts";

/** How many changes an account or an address asked for in the present minute, over all processes. */
export const requestLimits = identitySchema.table(
  "request_limits",
  {
    key: text("key").primaryKey(),
    points: integer("points").notNull(),
    expire: timestamp("expire", { withTimezone: true }),
  },
  (table) => [
    index("request_limits_expire_idx").on(table.expire),
    pgPolicy("request_limits_identity", {
      for: "all",
      to: identity,
      using: sql`true`,
      withCheck: sql`true`,
    }),
  ],
);
