import { sql } from "drizzle-orm";
import { check, doublePrecision, integer, pgPolicy, text, timestamp } from "drizzle-orm/pg-core";

import { service } from "./roles.ts";
import { privateSchema } from "./schemas.ts";

/**
 * What is counted for one user or organization at this moment. Whoever changes anything of a scope holds its row,
 * the rows of several scopes in the order of their names, so that nobody waits for each other in a circle.
 */
export const admissionScopes = privateSchema.table(
  "admission_scopes",
  {
    /** "user:<uuid>" or "organization:<uuid>". */
    scope: text("scope").primaryKey(),
    /** Calls that hold a slot. */
    running: integer("running").notNull().default(0),
    /** When the bucket will be empty, in milliseconds since 1970, at one call each `intervalMs`. */
    emptyAt: doublePrecision("empty_at").notNull().default(0),
    intervalMs: doublePrecision("interval_ms").notNull().default(1),
    /** No lease of the scope ends before this moment. */
    nextEnd: timestamp("next_end", { withTimezone: true }).notNull().default(sql`'infinity'`),
  },
  (table) => [
    check(
      "admission_scopes_scope_check",
      sql`${table.scope} like 'user:%' or ${table.scope} like 'organization:%'`,
    ),
    check("admission_scopes_running_check", sql`${table.running} >= 0`),
    pgPolicy("admission_scopes_service", { for: "select", to: service, using: sql`true` }),
  ],
);
