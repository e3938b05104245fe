import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgPolicy,
  pgTable,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

import { inTokenOrganization, noSecret, ownedBy } from "./expressions.ts";
import { organizations } from "./organizations.ts";
import { authenticated, service, serviceRole, token } from "./roles.ts";
import { users } from "./users.ts";

/**
 * One layer of one owner. `configuration` is partial: what is absent is inherited. The trigger
 * `touch_ai_configurations` decides version, times and names of writers, whatever a client sends.
 */
export const aiConfigurations = pgTable(
  "ai_configurations",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    userId: uuid("user_id").references(() => users.id, { onDelete: "cascade" }),
    organizationId: uuid("organization_id").references(() => organizations.id, { onDelete: "cascade" }),
    configName: text("config_name").notNull().default("default"),
    configuration: jsonb("configuration").$type<unknown>().notNull().default({}),
    isActive: boolean("is_active").notNull().default(true),
    /** Among the rows of one owner the higher one wins; equal ones go by age. */
    priority: integer("priority").notNull().default(0),
    version: integer("version").notNull().default(1),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp("updated_at", { withTimezone: true }).notNull().defaultNow(),
    createdBy: uuid("created_by").references(() => users.id, { onDelete: "set null" }),
    updatedBy: uuid("updated_by").references(() => users.id, { onDelete: "set null" }),
  },
  (table) => {
    const mayWrite = ownedBy(table, "admin");
    const tokenMayWrite = inTokenOrganization(table.organizationId, ["configurations:write"]);
    return [
      uniqueIndex("ai_configurations_user_name_key")
        .on(table.userId, sql`lower(${table.configName})`)
        .where(sql`${table.userId} is not null`),
      uniqueIndex("ai_configurations_organization_name_key")
        .on(table.organizationId, sql`lower(${table.configName})`)
        .where(sql`${table.organizationId} is not null`),
      index("ai_configurations_user_idx").on(table.userId),
      index("ai_configurations_organization_idx").on(table.organizationId),
      index("ai_configurations_created_by_idx").on(table.createdBy),
      index("ai_configurations_updated_by_idx").on(table.updatedBy),
      check("ai_configurations_one_owner", sql`num_nonnulls(${table.userId}, ${table.organizationId}) = 1`),
      check(
        "ai_configurations_name_check",
        sql`${table.configName} is nfc normalized and ${table.configName} ~ '^[A-Za-z0-9][A-Za-z0-9 ._:-]{0,63}$' and ${noSecret(table.configName)}`,
      ),
      check("ai_configurations_priority_check", sql`${table.priority} between -1000 and 1000`),
      check(
        "ai_configurations_configuration_check",
        sql`private.config_problem(${table.configuration}) is null`,
      ),
      pgPolicy("ai_configurations_select", {
        for: "select",
        to: authenticated,
        using: ownedBy(table, "viewer"),
      }),
      pgPolicy("ai_configurations_insert", { for: "insert", to: authenticated, withCheck: mayWrite }),
      pgPolicy("ai_configurations_update", {
        for: "update",
        to: authenticated,
        using: mayWrite,
        withCheck: mayWrite,
      }),
      pgPolicy("ai_configurations_delete", { for: "delete", to: authenticated, using: mayWrite }),
      pgPolicy("ai_configurations_token_select", {
        for: "select",
        to: token,
        using: inTokenOrganization(table.organizationId, ["configurations:read", "configurations:write"]),
      }),
      pgPolicy("ai_configurations_token_insert", { for: "insert", to: token, withCheck: tokenMayWrite }),
      pgPolicy("ai_configurations_token_update", {
        for: "update",
        to: token,
        using: tokenMayWrite,
        withCheck: tokenMayWrite,
      }),
      pgPolicy("ai_configurations_token_delete", { for: "delete", to: token, using: tokenMayWrite }),
      pgPolicy("ai_configurations_service", {
        for: "all",
        to: [service, serviceRole],
        using: sql`true`,
        withCheck: sql`true`,
      }),
    ];
  },
);
