import { sql } from "drizzle-orm";
import { check, index, pgPolicy, pgTable, text, timestamp, unique, uuid } from "drizzle-orm/pg-core";

import { currentUserId, inOrganizations, type MemberRole, noSecret } from "./expressions.ts";
import { organizations } from "./organizations.ts";
import { authenticated, service, serviceRole } from "./roles.ts";
import { users } from "./users.ts";

/** A link to join. Without an organization it is only good for signing up. The token itself is never stored. */
export const organizationInvitations = pgTable(
  "organization_invitations",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    organizationId: uuid("organization_id").references(() => organizations.id, { onDelete: "cascade" }),
    /** Only an account with this address may accept; null means whoever holds the link. */
    email: text("email"),
    role: text("role").$type<MemberRole>().notNull().default("member"),
    tokenHash: text("token_hash").notNull(),
    /** What somebody promised ends with their account. Null where a service invited. */
    invitedBy: uuid("invited_by").references(() => users.id, { onDelete: "cascade" }),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
    acceptedAt: timestamp("accepted_at", { withTimezone: true }),
    /** Who is signing up with it just now, so that nobody else can; over when the sign-up ends or time is up. */
    claim: uuid("claim"),
    claimedUntil: timestamp("claimed_until", { withTimezone: true }),
    acceptedBy: uuid("accepted_by").references(() => users.id, { onDelete: "set null" }),
  },
  (table) => {
    const mayInvite = sql`${inOrganizations(table.organizationId, "owner")} or (${table.role} <> 'owner' and ${inOrganizations(table.organizationId, "admin")})`;
    return [
      unique("organization_invitations_token_hash_key").on(table.tokenHash),
      index("organization_invitations_organization_idx").on(table.organizationId),
      index("organization_invitations_invited_by_idx").on(table.invitedBy),
      index("organization_invitations_accepted_by_idx").on(table.acceptedBy),
      check(
        "organization_invitations_role_check",
        sql`${table.role} in ('owner', 'admin', 'member', 'viewer')`,
      ),
      check(
        "organization_invitations_email_check",
        sql`char_length(${table.email}) <= 320 and ${table.email} !~ '[[:cntrl:]]' and ${noSecret(table.email)}`,
      ),
      check(
        "organization_invitations_token_hash_check",
        sql`char_length(${table.tokenHash}) between 32 and 128`,
      ),
      pgPolicy("organization_invitations_select", {
        for: "select",
        to: authenticated,
        using: inOrganizations(table.organizationId, "admin"),
      }),
      pgPolicy("organization_invitations_insert", {
        for: "insert",
        to: authenticated,
        withCheck: sql`${table.invitedBy} = ${currentUserId} and (${mayInvite})`,
      }),
      pgPolicy("organization_invitations_delete", { for: "delete", to: authenticated, using: mayInvite }),
      pgPolicy("organization_invitations_service", {
        for: "all",
        to: [service, serviceRole],
        using: sql`true`,
        withCheck: sql`true`,
      }),
    ];
  },
);
