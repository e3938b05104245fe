import { AIConfigError, type Issue } from "@ai-config/config-core";
import { sql } from "@ai-config/db";

import type { Fragment } from "../iso-time.ts";
import type { Owner } from "../owner.ts";

/** Whose calls, from a moment, included, to another, not included. */
export interface UsageWindow {
  readonly owner: Owner;
  readonly from: Date;
  readonly to: Date;
}

const DAYS_MAX = 400;

/** Refuses a window that ends before it begins, or is too long to add up while somebody waits. */
export function checkWindow({ from, to }: UsageWindow): void {
  const issues: Issue[] = [];
  if (!(from < to)) {
    issues.push({ path: "to", code: "inconsistent", message: "Must be later than the beginning." });
  } else if (to.getTime() - from.getTime() > DAYS_MAX * 86_400_000) {
    issues.push({
      path: "to",
      code: "out_of_range",
      message: `Must be within ${DAYS_MAX} days of the beginning.`,
    });
  }
  if (issues.length > 0) throw new AIConfigError("INPUT_INVALID", { issues });
}

/** The rows of the ledger that are meant. */
export function callsIn({ owner, from, to }: UsageWindow): Fragment {
  const whose =
    owner.type === "user"
      ? sql`user_id = ${owner.userId}::uuid`
      : sql`organization_id = ${owner.organizationId}::uuid`;
  return sql`${whose} and started_at >= ${from.toISOString()}::timestamptz and started_at < ${to.toISOString()}::timestamptz`;
}

/** What is added up of calls, exact where it is money. */
export interface UsageFigures {
  readonly calls: number;
  /** Those that ended in an error or a timeout. */
  readonly failures: number;
  /** Those that Anthropic or a limit of its own held back for their number. */
  readonly rateLimited: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** USD as exact decimal text. */
  readonly cost: string;
  /** Milliseconds, of the calls that succeeded; null where none did. */
  readonly latencyP50: number | null;
  readonly latencyP95: number | null;
}

/** Columns with the names of `UsageFigures`. */
export const FIGURES = sql`
  count(*)::integer as calls,
  count(*) filter (where outcome in ('error', 'timeout'))::integer as failures,
  count(*) filter (where http_status = 429)::integer as "rateLimited",
  coalesce(sum(input_tokens), 0)::float8 as "inputTokens",
  coalesce(sum(output_tokens), 0)::float8 as "outputTokens",
  coalesce(sum(cache_read_tokens), 0)::float8 as "cacheReadTokens",
  coalesce(sum(cache_write_5m_tokens::bigint + cache_write_1h_tokens), 0)::float8 as "cacheWriteTokens",
  trim_scale(coalesce(sum(cost), 0))::text as cost,
  percentile_cont(0.5) within group (order by duration_ms) filter (where outcome = 'success') as "latencyP50",
  percentile_cont(0.95) within group (order by duration_ms) filter (where outcome = 'success') as "latencyP95"`;
