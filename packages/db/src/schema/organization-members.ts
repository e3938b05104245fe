import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  pgPolicy,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

import { currentUserId, inOrganizations, inTokenOrganization, type MemberRole } from "./expressions.ts";
import { organizations } from "./organizations.ts";
import { authenticated, service, serviceRole, token } from "./roles.ts";
import { users } from "./users.ts";

/**
 * Who belongs where. Nobody is added without their consent: joining goes through `private.accept_invitation`,
 * so there is no policy for insert. Only owners may make, change or remove owners.
 */
export const organizationMembers = pgTable(
  "organization_members",
  {
    organizationId: uuid("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    role: text("role").$type<MemberRole>().notNull(),
    /** The organization whose rows apply where a call names none. Triggers keep exactly one per user. */
    isDefault: boolean("is_default").notNull().default(false),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (table) => {
    const mayManage = sql`${inOrganizations(table.organizationId, "owner")} or (${table.role} <> 'owner' and ${inOrganizations(table.organizationId, "admin")})`;
    return [
      primaryKey({ name: "organization_members_pkey", columns: [table.userId, table.organizationId] }),
      uniqueIndex("organization_members_organization_idx").on(table.organizationId, table.userId),
      uniqueIndex("organization_members_default_key").on(table.userId).where(sql`${table.isDefault}`),
      check("organization_members_role_check", sql`${table.role} in ('owner', 'admin', 'member', 'viewer')`),
      pgPolicy("organization_members_select", {
        for: "select",
        to: authenticated,
        using: sql`${table.userId} = ${currentUserId} or ${inOrganizations(table.organizationId, "viewer")}`,
      }),
      pgPolicy("organization_members_update", {
        for: "update",
        to: authenticated,
        using: mayManage,
        withCheck: mayManage,
      }),
      pgPolicy("organization_members_delete", {
        for: "delete",
        to: authenticated,
        using: sql`${table.userId} = ${currentUserId} or ${mayManage}`,
      }),
      pgPolicy("organization_members_token_select", {
        for: "select",
        to: token,
        using: inTokenOrganization(table.organizationId, ["members:read"]),
      }),
      pgPolicy("organization_members_service_select", { for: "select", to: service, using: sql`true` }),
      pgPolicy("organization_members_service_role", {
        for: "all",
        to: serviceRole,
        using: sql`true`,
        withCheck: sql`true`,
      }),
    ];
  },
);
