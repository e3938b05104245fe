import { sql } from "drizzle-orm";
import { check, index, pgPolicy, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";

import { inOrganizations, inTokenOrganization, noSecret } from "./expressions.ts";
import { authenticated, service, serviceRole, token } from "./roles.ts";
import { users } from "./users.ts";

/** A team. `private.create_organization` makes one together with its first owner. */
export const organizations = pgTable(
  "organizations",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    name: text("name").notNull(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    updatedAt: timestamp("updated_at", { withTimezone: true }).notNull().defaultNow(),
    createdBy: uuid("created_by").references(() => users.id, { onDelete: "set null" }),
  },
  (table) => [
    index("organizations_created_by_idx").on(table.createdBy),
    check(
      "organizations_name_check",
      sql`char_length(${table.name}) between 1 and 120 and ${table.name} = btrim(${table.name}) and ${table.name} !~ '[[:cntrl:]]' and ${noSecret(table.name)}`,
    ),
    pgPolicy("organizations_select", {
      for: "select",
      to: authenticated,
      using: inOrganizations(table.id, "viewer"),
    }),
    pgPolicy("organizations_update", {
      for: "update",
      to: authenticated,
      using: inOrganizations(table.id, "admin"),
      withCheck: inOrganizations(table.id, "admin"),
    }),
    pgPolicy("organizations_delete", {
      for: "delete",
      to: authenticated,
      using: inOrganizations(table.id, "owner"),
    }),
    pgPolicy("organizations_token_select", {
      for: "select",
      to: token,
      using: inTokenOrganization(table.id, []),
    }),
    pgPolicy("organizations_service_select", { for: "select", to: service, using: sql`true` }),
    pgPolicy("organizations_service_role", {
      for: "all",
      to: serviceRole,
      using: sql`true`,
      withCheck: sql`true`,
    }),
  ],
);
