import { TOKEN_ACTIONS, type TokenAction } from "@ai-config/config-core";
import { sql } from "drizzle-orm";
import { check, index, pgPolicy, pgTable, text, timestamp, uniqueIndex, uuid } from "drizzle-orm/pg-core";

import { bytea } from "./bytea.ts";
import { inOrganizations, noSecret } from "./expressions.ts";
import { organizations } from "./organizations.ts";
import { authenticated, service, serviceRole } from "./roles.ts";
import { users } from "./users.ts";

const actions = sql.raw(
  `array[${Object.keys(TOKEN_ACTIONS)
    .map((action) => `'${action}'`)
    .join(", ")}]`,
);

/**
 * What sibling apps and workers sign in with, in one organization. Only a token's hash is kept. It is made and
 * deleted, never changed; the trigger says when it was last used, and by whom and when it was made.
 */
export const serviceTokens = pgTable(
  "service_tokens",
  {
    id: uuid("id").primaryKey().defaultRandom(),
    organizationId: uuid("organization_id")
      .notNull()
      .references(() => organizations.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    /** SHA-256: a token is random, so nothing slower is needed. */
    tokenHash: bytea("token_hash").notNull(),
    /** "aics_…" with the last four characters. */
    hint: text("hint").notNull(),
    actions: text("actions").array().$type<TokenAction[]>().notNull(),
    createdBy: uuid("created_by").references(() => users.id, { onDelete: "set null" }),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
    expiresAt: timestamp("expires_at", { withTimezone: true }).notNull(),
    /** To the minute, so that using a token seldom writes. */
    lastUsedAt: timestamp("last_used_at", { withTimezone: true }),
  },
  (table) => {
    const mayManage = inOrganizations(table.organizationId, "admin");
    return [
      uniqueIndex("service_tokens_token_hash_key").on(table.tokenHash),
      uniqueIndex("service_tokens_name_key").on(table.organizationId, sql`lower(${table.name})`),
      index("service_tokens_created_by_idx").on(table.createdBy),
      check(
        "service_tokens_name_check",
        sql`char_length(${table.name}) between 1 and 80 and ${table.name} = btrim(${table.name}) and ${table.name} !~ '[[:cntrl:]]' and ${noSecret(table.name)}`,
      ),
      check("service_tokens_token_hash_check", sql`octet_length(${table.tokenHash}) = 32`),
      check("service_tokens_hint_check", sql`${table.hint} ~ '^aics_…[A-Za-z0-9_-]{4}$'`),
      check(
        "service_tokens_actions_check",
        sql`cardinality(${table.actions}) between 1 and 50 and ${table.actions} <@ ${actions}`,
      ),
      pgPolicy("service_tokens_select", { for: "select", to: authenticated, using: mayManage }),
      pgPolicy("service_tokens_insert", { for: "insert", to: authenticated, withCheck: mayManage }),
      pgPolicy("service_tokens_delete", { for: "delete", to: authenticated, using: mayManage }),
      pgPolicy("service_tokens_service", {
        for: "all",
        to: [service, serviceRole],
        using: sql`true`,
        withCheck: sql`true`,
      }),
    ];
  },
);
