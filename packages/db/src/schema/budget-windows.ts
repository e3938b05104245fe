import { sql } from "drizzle-orm";
import { bigint, check, numeric, pgPolicy, text, timestamp, uniqueIndex } from "drizzle-orm/pg-core";

import { isAmount } from "./expressions.ts";
import { service } from "./roles.ts";
import { privateSchema } from "./schemas.ts";

/**
 * One calendar day, week or month of one scope. Nothing in it is ever set back: what a budget says today is
 * compared with the row of today.
 */
export const budgetWindows = privateSchema.table(
  "budget_windows",
  {
    id: bigint("id", { mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
    scope: text("scope").notNull(),
    period: text("period").$type<"daily" | "weekly" | "monthly">().notNull(),
    startsAt: timestamp("starts_at", { withTimezone: true }).notNull(),
    endsAt: timestamp("ends_at", { withTimezone: true }).notNull(),
    /** Settled, in USD. */
    spent: numeric("spent").notNull().default("0"),
    /** Held by calls that run, in USD. */
    reserved: numeric("reserved").notNull().default("0"),
    /** Limits and thresholds that were reported, as ";limit:threshold;limit:threshold;". */
    alerted: text("alerted").notNull().default(";"),
  },
  (table) => [
    uniqueIndex("budget_windows_key").on(table.scope, table.period, table.startsAt),
    check(
      "budget_windows_scope_check",
      sql`${table.scope} like 'user:%' or ${table.scope} like 'organization:%'`,
    ),
    check("budget_windows_period_check", sql`${table.period} in ('daily', 'weekly', 'monthly')`),
    check("budget_windows_order_check", sql`${table.startsAt} < ${table.endsAt}`),
    check("budget_windows_spent_check", isAmount(table.spent)),
    check("budget_windows_reserved_check", isAmount(table.reserved)),
    pgPolicy("budget_windows_service", { for: "select", to: service, using: sql`true` }),
  ],
);
