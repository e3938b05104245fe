import { sql } from "drizzle-orm";
import {
  bigint,
  index,
  integer,
  numeric,
  pgPolicy,
  pgTable,
  text,
  timestamp,
  unique,
  uuid,
} from "drizzle-orm/pg-core";

import { inTokenOrganization, ownedBy } from "./expressions.ts";
import { authenticated, service, serviceRole, token } from "./roles.ts";

/** Sums of `ai_usage_events`, kept by a trigger in the transaction that writes them. */
function rollup<Name extends string>(name: Name) {
  return pgTable(
    name,
    {
      /** The beginning of the hour or day in UTC by when calls started. */
      startsAt: timestamp("starts_at", { withTimezone: true }).notNull(),
      userId: uuid("user_id").notNull(),
      organizationId: uuid("organization_id"),
      /** What answered, or was asked where nothing did. */
      model: text("model").notNull(),
      keySlot: text("key_slot").$type<"primary" | "secondary" | "environment">().notNull(),
      calls: integer("calls").notNull(),
      failures: integer("failures").notNull(),
      rateLimited: integer("rate_limited").notNull(),
      inputTokens: bigint("input_tokens", { mode: "number" }).notNull(),
      outputTokens: bigint("output_tokens", { mode: "number" }).notNull(),
      cacheReadTokens: bigint("cache_read_tokens", { mode: "number" }).notNull(),
      cacheWrite5mTokens: bigint("cache_write_5m_tokens", { mode: "number" }).notNull(),
      cacheWrite1hTokens: bigint("cache_write_1h_tokens", { mode: "number" }).notNull(),
      webSearches: bigint("web_searches", { mode: "number" }).notNull(),
      /** In USD. */
      cost: numeric("cost").notNull(),
    },
    (table) => [
      unique(`${name}_key`)
        .on(table.userId, table.startsAt, table.organizationId, table.model, table.keySlot)
        .nullsNotDistinct(),
      index(`${name}_organization_idx`).on(table.organizationId, table.startsAt),
      pgPolicy(`${name}_select`, { for: "select", to: authenticated, using: ownedBy(table, "admin") }),
      pgPolicy(`${name}_token_select`, {
        for: "select",
        to: token,
        using: inTokenOrganization(table.organizationId, ["usage:read"]),
      }),
      pgPolicy(`${name}_service_select`, { for: "select", to: [service, serviceRole], using: sql`true` }),
    ],
  );
}

export const aiUsageHourly = rollup("ai_usage_hourly");
export const aiUsageDaily = rollup("ai_usage_daily");
