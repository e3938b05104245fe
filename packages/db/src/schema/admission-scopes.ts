import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  doublePrecision,
  integer,
  numeric,
  pgPolicy,
  text,
  timestamp,
} from "drizzle-orm/pg-core";

import { isAmount } from "./expressions.ts";
import { service } from "./roles.ts";
import { privateSchema } from "./schemas.ts";

/**
 * What is counted for one user or organization at this moment. Whoever changes anything of a scope holds its advisory
 * lock, those of several scopes in one order, so that nobody waits for each other in a circle.
 *
 * A row can carry a tally: what was spent and reserved since the windows of its scope were last written, and what a call
 * needs to know of them. Each call adds to all of them the same, so it changes one row instead of three. What a window
 * holds is its own row and the tally that names it; `private.fold_tallies` writes the one into the other.
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
    /** Neither a lease of the scope nor a window of its tally ends before this moment. */
    nextEnd: timestamp("next_end", { withTimezone: true }).notNull().default(sql`'infinity'`),
    /** A hash of the limits that the tally holds for; null where there is none. */
    tallyRule: text("tally_rule"),
    /** What a call takes of the bucket, what may come at once, and how many run at once; what has no limit has no end. */
    tallyStepMs: doublePrecision("tally_step_ms").notNull().default(0),
    tallyBurstMs: doublePrecision("tally_burst_ms").notNull().default(0),
    tallySlots: integer("tally_slots").notNull().default(0),
    tallyWindowIds: bigint("tally_window_ids", { mode: "bigint" }).array().notNull().default(sql`'{}'`),
    /** What the windows held when the tally began, as it is answered: [[spent, reserved, start, end], ...]. */
    tallyFigures: text("tally_figures").notNull().default("[]"),
    /** What may still be spent and reserved before the first budget that blocks is used up, in USD. */
    tallyLeft: numeric("tally_left").notNull().default("0"),
    /** What has to be spent until an alert is due, in USD. */
    tallyDue: numeric("tally_due").notNull().default("0"),
    tallySpent: numeric("tally_spent").notNull().default("0"),
    /** Below nothing where calls have ended that were reserved before the tally began. */
    tallyReserved: numeric("tally_reserved").notNull().default("0"),
  },
  (table) => [
    // One for all: each constraint is read anew by every statement that changes a row.
    check("admission_scopes_check", sql`${table.running} >= 0 and ${isAmount(table.tallySpent)}`),
    pgPolicy("admission_scopes_service", { for: "select", to: service, using: sql`true` }),
  ],
);
