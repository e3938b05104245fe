import { sql } from "drizzle-orm";
import { check, index, integer, pgPolicy, text, timestamp, uniqueIndex, uuid } from "drizzle-orm/pg-core";

import { inTokenOrganization, ownedBy } from "./expressions.ts";
import { organizations } from "./organizations.ts";
import { authenticated, service, serviceRole, token } from "./roles.ts";
import { privateSchema } from "./schemas.ts";
import { users } from "./users.ts";

/**
 * Provider keys, sealed. Only services read `sealed` and `fingerprint`, and only they write: what a row says of a
 * key (verified, its version, when it ends) has to be true, and a user's own statement could say anything.
 */
export const aiProviderKeys = privateSchema.table(
  "ai_provider_keys",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    userId: uuid("user_id").references(() => users.id, { onDelete: "cascade" }),
    organizationId: uuid("organization_id").references(() => organizations.id, { onDelete: "cascade" }),
    provider: text("provider").notNull().default("anthropic"),
    slot: text("slot").$type<"primary" | "secondary">().notNull(),
    /** A compact JWE; the check refuses anything else, a plain key included. */
    sealed: text("sealed").notNull(),
    kekId: text("kek_id").notNull(),
    fingerprint: text("fingerprint").notNull(),
    /** At most the last four characters, such as "sk-ant-…x7Qp". */
    hint: text("hint").notNull(),
    keyVersion: integer("key_version").notNull().default(1),
    status: text("status").$type<"active" | "grace" | "revoked">().notNull().default("active"),
    /** When Anthropic last accepted it; null while it could not be asked. */
    verifiedAt: timestamp("verified_at", { withTimezone: true }),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    expiresAt: timestamp("expires_at", { withTimezone: true }),
    lastUsedAt: timestamp("last_used_at", { withTimezone: true }),
  },
  (table) => {
    return [
      uniqueIndex("ai_provider_keys_user_slot_key")
        .on(table.userId, table.provider, table.slot)
        .where(sql`${table.userId} is not null`),
      uniqueIndex("ai_provider_keys_organization_slot_key")
        .on(table.organizationId, table.provider, table.slot)
        .where(sql`${table.organizationId} is not null`),
      index("ai_provider_keys_user_idx").on(table.userId),
      index("ai_provider_keys_organization_idx").on(table.organizationId),
      index("ai_provider_keys_kek_idx").on(table.kekId),
      index("ai_provider_keys_fingerprint_idx").on(table.fingerprint),
      check("ai_provider_keys_one_owner", sql`num_nonnulls(${table.userId}, ${table.organizationId}) = 1`),
      check("ai_provider_keys_provider_check", sql`${table.provider} in ('anthropic')`),
      check("ai_provider_keys_slot_check", sql`${table.slot} in ('primary', 'secondary')`),
      check(
        "ai_provider_keys_sealed_check",
        sql`char_length(${table.sealed}) <= 4096 and ${table.sealed} ~ '^[A-Za-z0-9_-]+[.][A-Za-z0-9_-]*[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]+$'`,
      ),
      check("ai_provider_keys_kek_check", sql`${table.kekId} ~ '^[A-Za-z0-9_-]{1,64}$'`),
      check("ai_provider_keys_fingerprint_check", sql`${table.fingerprint} ~ '^[A-Za-z0-9_:.-]{16,128}$'`),
      check("ai_provider_keys_hint_check", sql`${table.hint} ~ '^(sk-ant-)?…[A-Za-z0-9_-]{0,4}$'`),
      check("ai_provider_keys_version_check", sql`${table.keyVersion} >= 1`),
      check("ai_provider_keys_status_check", sql`${table.status} in ('active', 'grace', 'revoked')`),
      pgPolicy("ai_provider_keys_select", {
        for: "select",
        to: authenticated,
        using: ownedBy(table, "viewer"),
      }),
      pgPolicy("ai_provider_keys_delete", {
        for: "delete",
        to: authenticated,
        using: ownedBy(table, "admin"),
      }),
      pgPolicy("ai_provider_keys_token_select", {
        for: "select",
        to: token,
        using: inTokenOrganization(table.organizationId, ["keys:read", "keys:write"]),
      }),
      pgPolicy("ai_provider_keys_service", {
        for: "all",
        to: [service, serviceRole],
        using: sql`true`,
        withCheck: sql`true`,
      }),
    ];
  },
);
