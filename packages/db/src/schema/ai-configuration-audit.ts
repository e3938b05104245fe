import { sql } from "drizzle-orm";
import {
  bigint,
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

import { bytea } from "./bytea.ts";
import { inTokenOrganization, ownedBy } from "./expressions.ts";
import { authenticated, service, serviceRole, token } from "./roles.ts";

/** What a change was made to. */
export type AuditSubject =
  | "configuration"
  | "key"
  | "policy"
  | "member"
  | "organization"
  | "invitation"
  | "token";

/**
 * Every change of what decides a configuration, written by triggers and never changed again. It refers to nothing,
 * so it outlives the row, the account and the organization it tells about.
 */
export const aiConfigurationAudit = pgTable(
  "ai_configuration_audit",
  {
    id: bigint("id", { mode: "bigint" }).primaryKey().generatedAlwaysAsIdentity(),
    subject: text("subject").$type<AuditSubject>().notNull(),
    /** The changed row: its id, of a member the account's, of a policy the organization's. */
    configId: uuid("config_id").notNull(),
    userId: uuid("user_id"),
    organizationId: uuid("organization_id"),
    configName: text("config_name"),
    action: text("action").$type<"insert" | "update" | "delete">().notNull(),
    version: integer("version"),
    /** Configurations: what a layer says, and whether and how strongly it applies. Keys: slot, hint, status. */
    oldValue: jsonb("old_value").$type<unknown>(),
    newValue: jsonb("new_value").$type<unknown>(),
    actorType: text("actor_type").$type<"user" | "token" | "service" | "system">().notNull(),
    /** The account, or the token; the nil uuid where it was neither. */
    changedBy: uuid("changed_by").notNull(),
    /** The service or token by its name, or the database role. */
    actorName: text("actor_name"),
    reason: text("reason"),
    requestId: text("request_id"),
    /** Through what it was made, such as "trpc"; "sql" for statements that nobody of ours sent. */
    via: text("via").notNull().default("sql"),
    /** The place in the chain of its owner, from 1 on without a gap. */
    seq: bigint("seq", { mode: "bigint" }).notNull(),
    /** Keeps what was said from being guessed by its hash; goes when what was said is forgotten. */
    salt: bytea("salt"),
    /** Of the salt and everything that may be forgotten. */
    contentHash: bytea("content_hash").notNull(),
    /** Of the former entry's hash, the content's hash and everything that is never forgotten. */
    hash: bytea("hash").notNull(),
    changedAt: timestamp("changed_at", { withTimezone: true }).notNull().default(sql`clock_timestamp()`),
  },
  (table) => [
    index("ai_configuration_audit_config_idx").on(table.configId, table.id),
    uniqueIndex("ai_configuration_audit_user_key").on(table.userId, table.seq),
    uniqueIndex("ai_configuration_audit_organization_key").on(table.organizationId, table.seq),
    check(
      "ai_configuration_audit_subject_check",
      sql`${table.subject} in ('configuration', 'key', 'policy', 'member', 'organization', 'invitation', 'token')`,
    ),
    check("ai_configuration_audit_action_check", sql`${table.action} in ('insert', 'update', 'delete')`),
    check(
      "ai_configuration_audit_actor_type_check",
      sql`${table.actorType} in ('user', 'token', 'service', 'system')`,
    ),
    pgPolicy("ai_configuration_audit_select", {
      for: "select",
      to: authenticated,
      using: ownedBy(table, "admin"),
    }),
    pgPolicy("ai_configuration_audit_token_select", {
      for: "select",
      to: token,
      using: inTokenOrganization(table.organizationId, ["audit:read"]),
    }),
    pgPolicy("ai_configuration_audit_service_select", {
      for: "select",
      to: [service, serviceRole],
      using: sql`true`,
    }),
  ],
);
