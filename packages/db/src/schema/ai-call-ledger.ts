import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  index,
  integer,
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
 * Every governed call, as it ended; written by `private.settle_calls` and never changed. It holds nothing of the
 * prompt or the answer, and refers to nothing, so that money spent stays accounted for when its account is gone.
 */
export const aiCallLedger = pgTable(
  "ai_call_ledger",
  {
    /** The admission it was booked by, so that nothing is booked twice. */
    id: uuid("id").primaryKey(),
    userId: uuid("user_id").notNull(),
    organizationId: uuid("organization_id"),
    model: text("model").notNull(),
    apiVersion: text("api_version").notNull(),
    keySlot: text("key_slot").$type<"primary" | "secondary" | "environment">().notNull(),
    startedAt: timestamp("started_at", { withTimezone: true }).notNull(),
    settledAt: timestamp("settled_at", { withTimezone: true }).notNull(),
    durationMs: integer("duration_ms").notNull(),
    /** Requests that were sent to Anthropic. */
    attempts: integer("attempts").notNull(),
    outcome: text("outcome").$type<"success" | "error" | "aborted" | "timeout">().notNull(),
    errorType: text("error_type"),
    httpStatus: integer("http_status"),
    stopReason: text("stop_reason"),
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
    configurationVersion: text("configuration_version"),
    anthropicRequestId: text("anthropic_request_id"),
    /** The caller's own word for what the call was for. */
    label: text("label"),
  },
  (table) => [
    index("ai_call_ledger_user_idx").on(table.userId, table.startedAt),
    index("ai_call_ledger_organization_idx").on(table.organizationId, table.startedAt),
    check("ai_call_ledger_cost_check", isAmount(table.cost)),
    check("ai_call_ledger_key_slot_check", sql`${table.keySlot} in ('primary', 'secondary', 'environment')`),
    check(
      "ai_call_ledger_outcome_check",
      sql`${table.outcome} in ('success', 'error', 'aborted', 'timeout')`,
    ),
    check("ai_call_ledger_basis_check", sql`${table.costBasis} in ('exact', 'estimated', 'unknown')`),
    check("ai_call_ledger_label_check", sql`char_length(${table.label}) <= 200 and ${noSecret(table.label)}`),
    pgPolicy("ai_call_ledger_select", { for: "select", to: authenticated, using: ownedBy(table, "admin") }),
    pgPolicy("ai_call_ledger_token_select", {
      for: "select",
      to: token,
      using: inTokenOrganization(table.organizationId, ["usage:read"]),
    }),
    pgPolicy("ai_call_ledger_service_select", {
      for: "select",
      to: [service, serviceRole],
      using: sql`true`,
    }),
  ],
);
