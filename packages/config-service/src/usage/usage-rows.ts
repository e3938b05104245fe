import { sql } from "@ai-config/db";

import type { Fragment } from "../iso-time.ts";
import type { UsageWindow } from "./usage-window.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/**
 * Latencies cannot be added up: they are told of as much as can be looked at call by call while somebody waits. The
 * longest month is an hour longer where its clocks are put back.
 */
const LATENCY_MS = 31 * DAY_MS + HOUR_MS;
const LATENCY_CALLS = 500_000;

const MODEL = sql`coalesce(model_served, model_asked)`;

/** What groups are made of, in `sumRows` and in `callRows` alike. */
export type RowColumn = "model" | "user_id" | "key_slot";

function ownedRows({ owner }: UsageWindow): Fragment {
  return owner.type === "user"
    ? sql`user_id = ${owner.userId}::uuid`
    : sql`organization_id = ${owner.organizationId}::uuid`;
}

/** As the rollups are kept by. */
const IS_RATE_LIMITED = sql`(coalesce(http_status = 429 or error_type = 'rate_limit_error', false)
  and error_type is distinct from 'spend_limit')`;

const at = (moment: Date) => sql`${moment.toISOString()}::timestamptz`;

/**
 * Each successful call of a window by itself, for what cannot be added up. None of a window of more than a month, or with
 * more than 500,000 calls, of which `calls` tells the number.
 */
export function callRows(window: UsageWindow, calls: Fragment): Fragment {
  const isShort = window.to.getTime() - window.from.getTime() <= LATENCY_MS;
  return sql`(select started_at, ${MODEL} as model, user_id, key_slot, duration_ms
    from public.ai_usage_events
    where ${ownedRows(window)} and started_at >= ${at(window.from)} and started_at < ${at(window.to)}
      and operation = 'message' and outcome = 'success' and ${isShort}::boolean and ${calls} <= ${LATENCY_CALLS})`;
}

/** Rollups by the coarseness of their sums. */
const ROLLUPS = {
  day: { table: sql`public.ai_usage_daily`, sizeMs: DAY_MS, finer: "hour" },
  hour: { table: sql`public.ai_usage_hourly`, sizeMs: DAY_MS / 24, finer: "call" },
} as const;

/** What an answer can be added up from. */
export interface Grain {
  /** The coarsest whose steps, in UTC, each belong to one step of the answer. */
  readonly coarsest: keyof typeof ROLLUPS | "call";
  /** Whole hours that belong to two steps of the answer each: they come from the calls. */
  readonly splitHours?: readonly Date[];
}

/**
 * Rows whose sums are those of a window's calls: its whole days from the rollup, what begins and ends it from whole hours,
 * and what begins and ends those from the calls themselves.
 */
export function sumRows(window: UsageWindow, { coarsest, splitHours = [] }: Grain): Fragment {
  return sql`(${sql.join(rowsOf(window, coarsest, splitHours), sql` union all `)})`;
}

function rowsOf(window: UsageWindow, coarsest: Grain["coarsest"], splitHours: readonly Date[]): Fragment[] {
  const { from, to } = window;
  if (!(from < to)) return [];
  if (coarsest === "call") return [callSums(window)];
  const { table, sizeMs, finer } = ROLLUPS[coarsest];
  const first = new Date(Math.min(Math.ceil(from.getTime() / sizeMs) * sizeMs, to.getTime()));
  const last = new Date(Math.max(Math.floor(to.getTime() / sizeMs) * sizeMs, first.getTime()));
  const split = splitHours.filter((hour) => hour >= first && hour < last).map((hour) => hour.toISOString());
  const whole = sql`
    select starts_at as started_at, model, user_id, key_slot, calls, failures, rate_limited, input_tokens, output_tokens,
      cache_read_tokens, cache_write_5m_tokens + cache_write_1h_tokens as cache_write_tokens, cost
    from ${table} where ${ownedRows(window)} and starts_at >= ${at(first)} and starts_at < ${at(last)}`;
  const parts = [
    ...rowsOf({ ...window, to: first }, finer, []),
    ...rowsOf({ ...window, from: last }, finer, []),
  ];
  if (first < last)
    parts.push(split.length === 0 ? whole : sql`${whole} and starts_at <> all (${hours(split)})`);
  if (split.length > 0) parts.push(callSums(window, split));
  return parts;
}

const hours = (starts: readonly string[]) => sql`${`{${starts.join(",")}}`}::timestamptz[]`;

/** Each call of a window as a sum of one; only those of some hours where they are told. */
function callSums(window: UsageWindow, only?: readonly string[]): Fragment {
  const source =
    only === undefined
      ? sql`public.ai_usage_events`
      : sql`unnest(${hours(only)}) as h (starts_at)
        join public.ai_usage_events on started_at >= h.starts_at and started_at < h.starts_at + interval '1 hour'`;
  return sql`
    select started_at, ${MODEL} as model, user_id, key_slot, 1 as calls,
      (outcome in ('error', 'timeout'))::integer as failures, ${IS_RATE_LIMITED}::integer as rate_limited,
      input_tokens::bigint, output_tokens::bigint, cache_read_tokens::bigint,
      cache_write_5m_tokens::bigint + cache_write_1h_tokens as cache_write_tokens, cost
    from ${source}
    where operation = 'message' and ${ownedRows(window)} and started_at >= ${at(window.from)} and started_at < ${at(window.to)}`;
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

/** Latencies of `callRows` with the names of `UsageFigures`, in the whole milliseconds that they were measured in. */
export const LATENCIES = sql`
  round(percentile_cont(0.5) within group (order by duration_ms)) as "latencyP50",
  round(percentile_cont(0.95) within group (order by duration_ms)) as "latencyP95"`;
