import { sql } from "@ai-config/db";

import type { Fragment } from "../iso-time.ts";
import type { UsageWindow } from "./usage-window.ts";

const DAY_MS = 86_400_000;
/** A window up to which each call by itself is looked at, and sums are made of hours. */
const SHORT_MS = 31 * DAY_MS;

/** Whether a window is short enough to look at each call, as latencies need it: they cannot be added up. */
export function isShort({ from, to }: UsageWindow): boolean {
  return to.getTime() - from.getTime() <= SHORT_MS;
}

const MODEL = sql`coalesce(model_served, model_asked)`;

/** What groups are made of, in `sumRows` and in `callRows` alike. */
export type RowColumn = "model" | "user_id" | "key_slot";

function ownedRows({ owner }: UsageWindow): Fragment {
  return owner.type === "user"
    ? sql`user_id = ${owner.userId}::uuid`
    : sql`organization_id = ${owner.organizationId}::uuid`;
}

const at = (moment: Date) => sql`${moment.toISOString()}::timestamptz`;

/** Each successful call of a short window by itself, for what cannot be added up. None of a longer one. */
export function callRows(window: UsageWindow): Fragment {
  return sql`(select started_at, ${MODEL} as model, user_id, key_slot, duration_ms
    from public.ai_usage_events
    where ${ownedRows(window)} and started_at >= ${at(window.from)} and started_at < ${at(window.to)}
      and outcome = 'success' and ${isShort(window)}::boolean)`;
}

/**
 * Rows whose sums are those of a window's calls: the whole hours of it from the rollup, what begins and ends it from
 * the calls themselves. `step` is the coarsest that the answer can be made of, in UTC.
 */
export function sumRows(window: UsageWindow, step: "hour" | "day" | "none"): Fragment {
  if (step === "none") return sql`(${eventSums(window, window.from, window.to)})`;
  const size = step === "day" ? DAY_MS : DAY_MS / 24;
  const first = new Date(Math.min(Math.ceil(window.from.getTime() / size) * size, window.to.getTime()));
  const last = new Date(Math.max(Math.floor(window.to.getTime() / size) * size, first.getTime()));
  const rollup = step === "day" ? sql`public.ai_usage_daily` : sql`public.ai_usage_hourly`;
  return sql`(
    select starts_at as started_at, model, user_id, key_slot, calls, failures, rate_limited, input_tokens, output_tokens,
      cache_read_tokens, cache_write_5m_tokens + cache_write_1h_tokens as cache_write_tokens, cost
    from ${rollup} where ${ownedRows(window)} and starts_at >= ${at(first)} and starts_at < ${at(last)}
    union all ${eventSums(window, window.from, first)}
    union all ${eventSums(window, last, window.to)})`;
}

function eventSums(window: UsageWindow, from: Date, to: Date): Fragment {
  return sql`
    select started_at, ${MODEL} as model, user_id, key_slot, 1 as calls,
      (outcome in ('error', 'timeout'))::integer as failures, coalesce(http_status = 429, false)::integer as rate_limited,
      input_tokens::bigint, output_tokens::bigint, cache_read_tokens::bigint,
      cache_write_5m_tokens::bigint + cache_write_1h_tokens as cache_write_tokens, cost
    from public.ai_usage_events
    where ${ownedRows(window)} and started_at >= ${at(from)} and started_at < ${at(to)}`;
}

/** Sums of `sumRows` with the names of `UsageFigures`. */
export const SUMS = sql`
  coalesce(sum(calls), 0)::integer as calls,
  coalesce(sum(failures), 0)::integer as failures,
  coalesce(sum(rate_limited), 0)::integer as "rateLimited",
  coalesce(sum(input_tokens), 0)::float8 as "inputTokens",
  coalesce(sum(output_tokens), 0)::float8 as "outputTokens",
  coalesce(sum(cache_read_tokens), 0)::float8 as "cacheReadTokens",
  coalesce(sum(cache_write_tokens), 0)::float8 as "cacheWriteTokens",
  trim_scale(coalesce(sum(cost), 0))::text as cost`;

/** Latencies of `callRows` with the names of `UsageFigures`. */
export const LATENCIES = sql`
  percentile_cont(0.5) within group (order by duration_ms) as "latencyP50",
  percentile_cont(0.95) within group (order by duration_ms) as "latencyP95"`;
