import { sql } from "drizzle-orm";
import { check, index, numeric, pgPolicy, pgTable, text, timestamp, unique, uuid } from "drizzle-orm/pg-core";

import { inTokenOrganization, ownedBy } from "./expressions.ts";
import { authenticated, service, serviceRole, token } from "./roles.ts";

/**
 * A threshold of a budget that was crossed: once for each window and limit, whichever process saw it. It refers to
 * nothing, like the ledger, and is for the account, or for the owners and admins of the organization.
 */
export const budgetAlerts = pgTable(
  "budget_alerts",
  {
    /** No running number: it would tell each how many alerts others have. */
    id: uuid("id").primaryKey().defaultRandom(),
    userId: uuid("user_id"),
    organizationId: uuid("organization_id"),
    period: text("period").$type<"daily" | "weekly" | "monthly">().notNull(),
    /** A part of the limit, such as 0.9. */
    threshold: numeric("threshold").notNull(),
    /** In USD. */
    limit: numeric("limit_usd").notNull(),
    /** What had been settled when it was crossed, in USD. */
    spent: numeric("spent").notNull(),
    startsAt: timestamp("starts_at", { withTimezone: true }).notNull(),
    resetsAt: timestamp("resets_at", { withTimezone: true }).notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().default(sql`clock_timestamp()`),
  },
  (table) => [
    index("budget_alerts_user_idx").on(table.userId, table.createdAt, table.id),
    index("budget_alerts_organization_idx").on(table.organizationId, table.createdAt, table.id),
    // The window tells what it was alerted of; this holds whoever forgets to ask it.
    unique("budget_alerts_once")
      .on(table.userId, table.organizationId, table.period, table.startsAt, table.limit, table.threshold)
      .nullsNotDistinct(),
    check("budget_alerts_one_owner", sql`num_nonnulls(${table.userId}, ${table.organizationId}) = 1`),
    check("budget_alerts_period_check", sql`${table.period} in ('daily', 'weekly', 'monthly')`),
    pgPolicy("budget_alerts_select", { for: "select", to: authenticated, using: ownedBy(table, "admin") }),
    pgPolicy("budget_alerts_token_select", {
      for: "select",
      to: token,
      using: inTokenOrganization(table.organizationId, ["usage:read"]),
    }),
    pgPolicy("budget_alerts_service_select", {
      for: "select",
      to: [service, serviceRole],
      using: sql`true`,
    }),
  ],
);
