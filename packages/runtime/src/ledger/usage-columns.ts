import type { LedgerEntry } from "./ledger-entry.ts";

/** The row of an entry in the ledger, as JSON; but for its id, its cost and when it was settled. */
export function usageColumns(entry: LedgerEntry): string {
  return JSON.stringify({
    user_id: entry.userId,
    organization_id: entry.organizationId,
    model_asked: entry.modelAsked,
    model_served: entry.modelServed,
    api_version: entry.apiVersion,
    key_slot: entry.keySlot,
    started_at: entry.startedAt,
    first_byte_ms: entry.firstByteMs === null ? null : Math.round(entry.firstByteMs),
    duration_ms: Math.round(entry.durationMs),
    attempts: entry.attempts,
    outcome: entry.outcome,
    error_type: entry.errorType,
    http_status: entry.httpStatus,
    stop_reason: entry.stopReason,
    operation: entry.operation,
    is_stream: entry.isStream,
    input_tokens: entry.inputTokens,
    output_tokens: entry.outputTokens,
    cache_read_tokens: entry.cacheReadTokens,
    cache_write_5m_tokens: entry.cacheWrite5mTokens,
    cache_write_1h_tokens: entry.cacheWrite1hTokens,
    web_searches: entry.webSearches,
    cost_basis: entry.costBasis,
    configuration_version: entry.configurationVersion,
    anthropic_request_ids: entry.anthropicRequestIds,
    experiment_variant: entry.experimentVariant,
    label: entry.label,
    tags: entry.tags,
  });
}
