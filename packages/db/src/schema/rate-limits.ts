import { sql } from "drizzle-orm";
import { bigint, integer, pgPolicy, text, uuid } from "drizzle-orm/pg-core";

import { identity } from "./roles.ts";
import { identitySchema } from "./schemas.ts";

/** How often an address tried to sign in. */
export const rateLimits = identitySchema.table(
  "rate_limits",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    key: text("key").notNull().unique(),
    count: integer("count").notNull(),
    lastRequest: bigint("last_request", { mode: "number" }).notNull(),
  },
  () => [
    pgPolicy("rate_limits_identity", { for: "all", to: identity, using: sql`true`, withCheck: sql`true` }),
  ],
);
