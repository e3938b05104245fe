import { sql } from "drizzle-orm";
import { check, index, integer, jsonb, pgPolicy, pgTable, timestamp, uuid } from "drizzle-orm/pg-core";

import { inOrganizations, inTokenOrganization } from "./expressions.ts";
import { organizations } from "./organizations.ts";
import { authenticated, service, serviceRole, token } from "./roles.ts";
import { users } from "./users.ts";

/**
 * What an organization imposes on its members above everything they set. All of them may read it, since it
 * decides what they get; owners and admins write it. It is emptied and never deleted, so that versions go on.
 * Version, time and writer are the trigger's to say.
 */
export const organizationPolicies = pgTable(
  "organization_policies",
  {
    organizationId: uuid("organization_id")
      .primaryKey()
      .references(() => organizations.id, { onDelete: "cascade" }),
    policy: jsonb("policy").$type<unknown>().notNull().default({}),
    version: integer("version").notNull().default(1),
    updatedAt: timestamp("updated_at", { withTimezone: true }).notNull().defaultNow(),
    updatedBy: uuid("updated_by").references(() => users.id, { onDelete: "set null" }),
  },
  (table) => {
    const mayWrite = inOrganizations(table.organizationId, "admin");
    return [
      index("organization_policies_updated_by_idx").on(table.updatedBy),
      check("organization_policies_policy_check", sql`private.policy_problem(${table.policy}) is null`),
      pgPolicy("organization_policies_select", {
        for: "select",
        to: authenticated,
        using: inOrganizations(table.organizationId, "viewer"),
      }),
      pgPolicy("organization_policies_insert", { for: "insert", to: authenticated, withCheck: mayWrite }),
      pgPolicy("organization_policies_update", {
        for: "update",
        to: authenticated,
        using: mayWrite,
        withCheck: mayWrite,
      }),
      pgPolicy("organization_policies_token_select", {
        for: "select",
        to: token,
        using: inTokenOrganization(table.organizationId, ["policy:read", "configurations:write"]),
      }),
      pgPolicy("organization_policies_service_select", { for: "select", to: service, using: sql`true` }),
      pgPolicy("organization_policies_service_role", {
        for: "all",
        to: serviceRole,
        using: sql`true`,
        withCheck: sql`true`,
      }),
    ];
  },
);
