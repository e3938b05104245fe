import { AIConfigError, zoneIssues } from "@ai-config/config-core";
import { type Actor, type Db, sql } from "@ai-config/db";

import type { ServiceContext } from "../context.ts";
import { isoMoment, isoTime } from "../iso-time.ts";
import { readUsage } from "./read-usage.ts";
import { callRows, type Grain, LATENCIES, type RowColumn, SUMS, sumRows } from "./usage-rows.ts";
import { checkWindow, type UsageFigures, type UsageWindow } from "./usage-window.ts";

export type UsageGroup = "model" | "user" | "key";

export interface UsageSeriesInput extends UsageWindow {
  readonly actor: Actor;
  readonly step: "hour" | "day";
  /** Where days begin; UTC unless told. */
  readonly timeZone?: string | undefined;
  readonly groupBy?: UsageGroup | undefined;
}

/** One hour or day of one group. Steps in which nothing was called are left out. */
export interface UsagePoint extends UsageFigures {
  /** ISO 8601 in UTC. */
  readonly startsAt: string;
  /** The model, the account's id, or the slot of the key; null where nothing is grouped. */
  readonly group: string | null;
}

const COLUMNS: Readonly<Record<UsageGroup, RowColumn>> = { model: "model", user: "user_id", key: "key_slot" };
/** A year of days of fifty groups, or a month of hours of twenty-five. */
const POINTS_MAX = 20_000;
const HOUR_MS = 3_600_000;
/** Where a larger part of all hours would come from the calls, all of them do. */
const SPLIT_PART = 0.25;

/** Usage by hour or day, in the order of time. For whom `summarizeUsage` is. */
export async function usageSeries(
  ctx: ServiceContext,
  { actor, step, timeZone = "UTC", groupBy, ...window }: UsageSeriesInput,
): Promise<UsagePoint[]> {
  checkWindow(window, zoneIssues(timeZone, "timeZone"));
  const group = groupBy === undefined ? sql`null::text` : sql`${sql.identifier(COLUMNS[groupBy])}::text`;
  const begin = sql`date_trunc(${step}, started_at, ${timeZone})`;
  return readUsage(ctx, { actor, owner: window.owner }, async (tx) => {
    const grain = await grainOf(tx, window, { step, timeZone });
    const points = await tx.execute<UsagePoint & Record<string, unknown>>(sql`
        with sums as (
          select ${begin} as begins_at, ${group} as "group", ${SUMS} from ${sumRows(window, grain)} as r group by 1, 2
        ), latencies as (
          select ${begin} as begins_at, ${group} as "group", ${LATENCIES} from ${callRows(window, sql`(select sum(calls) from sums)`)} as c group by 1, 2
        )
        select ${isoMoment(sql`s.begins_at`, "startsAt")}, s."group", s.calls,
          s.failures, s."rateLimited", s."inputTokens", s."outputTokens", s."cacheReadTokens", s."cacheWriteTokens",
          s.cost, l."latencyP50", l."latencyP95"
        from sums s left join latencies l on l.begins_at = s.begins_at and l."group" is not distinct from s."group"
        order by s.begins_at, s."group" limit ${POINTS_MAX + 1}`);
    if (points.length > POINTS_MAX) throw new AIConfigError("INPUT_INVALID", { issues: [tooMany] });
    return points;
  });
}

/**
 * What the steps of an answer can be added up from: days where they begin with those of UTC, else hours. Where the zone is
 * off by a part of an hour, days begin within one, and hours within all of them.
 */
async function grainOf(
  tx: Db,
  { from, to }: UsageWindow,
  { step, timeZone }: Pick<UsageSeriesInput, "step"> & { readonly timeZone: string },
): Promise<Grain> {
  if (timeZone === "UTC") return { coarsest: step };
  const split = await tx.execute<{ hour: string }>(sql`
    select ${isoTime("h", "hour")}
    from generate_series(date_trunc('hour', ${from.toISOString()}::timestamptz, 'UTC'), ${to.toISOString()}::timestamptz,
      interval '1 hour') as h
    where date_trunc(${step}, h, ${timeZone}) <> date_trunc(${step}, h + interval '1 hour' - interval '1 microsecond', ${timeZone})`);
  const isOftenSplit = split.length > SPLIT_PART * ((to.getTime() - from.getTime()) / HOUR_MS);
  return isOftenSplit
    ? { coarsest: "call" }
    : { coarsest: "hour", splitHours: split.map(({ hour }) => new Date(hour)) };
}

const tooMany = {
  path: "from",
  code: "out_of_range",
  message: "This is too much for one answer. Ask for a shorter time or larger steps.",
} as const;
