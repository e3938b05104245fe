import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  index,
  integer,
  jsonb,
  numeric,
  pgPolicy,
  pgTable,
  text,
  timestamp,
  uuid,
} from "drizzle-orm/pg-core";

import { inTokenOrganization, isAmount, noSecret, ownedBy } from "./expressions.ts";
import { authenticated, service, serviceRole, token } from "./roles.ts";

/**
 * Every governed call, as it ended; written by `private.write_usage_events` and never changed. It holds nothing of the
 * prompt or the answer, and refers to nothing, so that money spent stays accounted for when its account is gone.
 * Partitioned by the month of `started_at`; what may be booked once only stands in `private.settled_calls`.
 */
export const aiUsageEvents = pgTable(
  "ai_usage_events",
  {
    /** The admission it was booked by. */
    id: uuid("id").notNull(),
    userId: uuid("user_id").notNull(),
    organizationId: uuid("organization_id"),
    configurationVersion: text("configuration_version"),
    /** What the configuration, the call or a chain of fallbacks wanted. */
    modelAsked: text("model_asked").notNull(),
    /** What answered; null where nothing did. */
    modelServed: text("model_served"),
    apiVersion: text("api_version").notNull(),
    keySlot: text("key_slot").$type<"primary" | "secondary" | "environment">().notNull(),
    experimentVariant: text("experiment_variant"),
    startedAt: timestamp("started_at", { withTimezone: true }).notNull(),
    settledAt: timestamp("settled_at", { withTimezone: true }).notNull(),
    /** From the first wait to the first byte of the last answer; null where none came. */
    firstByteMs: integer("first_byte_ms"),
    durationMs: integer("duration_ms").notNull(),
    /** Requests that were sent to Anthropic. */
    attempts: integer("attempts").notNull(),
    outcome: text("outcome").$type<"success" | "error" | "aborted" | "timeout">().notNull(),
    errorType: text("error_type"),
    httpStatus: integer("http_status"),
    stopReason: text("stop_reason"),
    /** Counting tokens costs nothing and is no call to a model: sums and latencies leave it out. */
    operation: text("operation").$type<"message" | "token_count">().notNull().default("message"),
    isStream: boolean("is_stream").notNull(),
    inputTokens: integer("input_tokens").notNull(),
    outputTokens: integer("output_tokens").notNull(),
    cacheReadTokens: integer("cache_read_tokens").notNull(),
    cacheWrite5mTokens: integer("cache_write_5m_tokens").notNull(),
    cacheWrite1hTokens: integer("cache_write_1h_tokens").notNull(),
    webSearches: integer("web_searches").notNull(),
    /** In USD. */
    cost: numeric("cost").notNull(),
    costBasis: text("cost_basis").$type<"exact" | "estimated" | "unknown">().notNull(),
    /** Of the requests that were answered at all, in order. */
    anthropicRequestIds: text("anthropic_request_ids").array().notNull().default([]),
    /** The caller's own word for what the call was for. */
    label: text("label"),
    /** The caller's own names and values, all texts. */
    tags: jsonb("tags").$type<Readonly<Record<string, string>>>().notNull().default({}),
  },
  (table) => [
    index("ai_usage_events_user_idx").on(table.userId, table.startedAt),
    index("ai_usage_events_organization_idx").on(table.organizationId, table.startedAt),
    check("ai_usage_events_cost_check", isAmount(table.cost)),
    check("ai_usage_events_key_slot_check", sql`${table.keySlot} in ('primary', 'secondary', 'environment')`),
    check(
      "ai_usage_events_outcome_check",
      sql`${table.outcome} in ('success', 'error', 'aborted', 'timeout')`,
    ),
    check("ai_usage_events_operation_check", sql`${table.operation} in ('message', 'token_count')`),
    check("ai_usage_events_basis_check", sql`${table.costBasis} in ('exact', 'estimated', 'unknown')`),
    // Sums are found by some of them, and an index takes none that is much longer.
    check(
      "ai_usage_events_texts_check",
      sql`char_length(${table.modelAsked}) <= 200 and char_length(${table.modelServed}) <= 200
        and char_length(${table.apiVersion}) <= 200 and char_length(${table.experimentVariant}) <= 200
        and char_length(${table.configurationVersion}) <= 200 and char_length(${table.errorType}) <= 200
        and char_length(${table.stopReason}) <= 200`,
    ),
    check(
      "ai_usage_events_label_check",
      sql`char_length(${table.label}) <= 200 and ${noSecret(table.label)}`,
    ),
    check(
      "ai_usage_events_tags_check",
      sql`jsonb_typeof(${table.tags}) = 'object' and not jsonb_path_exists(${table.tags}, '$.* ? (@.type() != "string")')
        and char_length(${table.tags}::text) <= 4000
        and ${noSecret(sql`${table.tags}::text`)}`,
    ),
    // As many as a call can have, and as long as they are cut to.
    check(
      "ai_usage_events_request_ids_check",
      sql`cardinality(${table.anthropicRequestIds}) <= 16 and array_position(${table.anthropicRequestIds}, null) is null
        and char_length(array_to_string(${table.anthropicRequestIds}, '')) <= 3200
        and ${noSecret(sql`array_to_string(${table.anthropicRequestIds}, ' ')`)}`,
    ),
    pgPolicy("ai_usage_events_select", { for: "select", to: authenticated, using: ownedBy(table, "admin") }),
    pgPolicy("ai_usage_events_token_select", {
      for: "select",
      to: token,
      using: inTokenOrganization(table.organizationId, ["usage:read"]),
    }),
    pgPolicy("ai_usage_events_service_select", {
      for: "select",
      to: [service, serviceRole],
      using: sql`true`,
    }),
  ],
);
