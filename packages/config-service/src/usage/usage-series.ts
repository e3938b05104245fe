import { AIConfigError, type TokenAction } from "@ai-config/config-core";
import { type Actor, type Db, sql } from "@ai-config/db";

import { requireAdmin } from "../configuration/stored-configuration.ts";
import type { ServiceContext } from "../context.ts";
import { runAs } from "../run-as.ts";
import { callRows, LATENCIES, type RowColumn, SUMS, sumRows } from "./usage-rows.ts";
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
  /** ISO 8601. */
  readonly startsAt: string;
  /** The model, the account's id, or the slot of the key; null where nothing is grouped. */
  readonly group: string | null;
}

const COLUMNS: Readonly<Record<UsageGroup, RowColumn>> = { model: "model", user: "user_id", key: "key_slot" };
const ACTIONS: readonly TokenAction[] = ["usage:read"];
/** A year of days of fifty groups, or a month of hours of twenty-five. */
const POINTS_MAX = 20_000;

/** Usage by hour or day, in the order of time. For whom `summarizeUsage` is. */
export async function usageSeries(
  ctx: ServiceContext,
  { actor, step, timeZone = "UTC", groupBy, ...window }: UsageSeriesInput,
): Promise<UsagePoint[]> {
  checkWindow(window);
  const group = groupBy === undefined ? sql`null::text` : sql`${sql.identifier(COLUMNS[groupBy])}::text`;
  const begin = sql`date_trunc(${step}, started_at, ${timeZone})`;
  return runAs(
    ctx,
    actor,
    async (tx) => {
      await requireAdmin(tx, actor, window.owner, ACTIONS);
      const coarsest = await coarsestStep(tx, window, { step, timeZone });
      const points = await tx.execute<UsagePoint & Record<string, unknown>>(sql`
        with sums as (
          select ${begin} as begins_at, ${group} as "group", ${SUMS} from ${sumRows(window, coarsest)} as r group by 1, 2
        ), latencies as (
          select ${begin} as begins_at, ${group} as "group", ${LATENCIES} from ${callRows(window)} as c group by 1, 2
        )
        select to_char(s.begins_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as "startsAt", s."group", s.calls,
          s.failures, s."rateLimited", s."inputTokens", s."outputTokens", s."cacheReadTokens", s."cacheWriteTokens",
          s.cost, l."latencyP50", l."latencyP95"
        from sums s left join latencies l on l.begins_at = s.begins_at and l."group" is not distinct from s."group"
        order by s.begins_at, s."group" limit ${POINTS_MAX + 1}`);
      if (points.length > POINTS_MAX) throw new AIConfigError("INPUT_INVALID", { issues: [tooMany] });
      return points;
    },
    // A zone that the database does not know.
    { codes: { "22023": "INPUT_INVALID" } },
  );
}

/**
 * What the steps of an answer can be added up from: days where they begin with those of UTC, else hours, unless the
 * zone is ever off by a part of an hour.
 */
async function coarsestStep(
  tx: Db,
  { from, to }: UsageWindow,
  { step, timeZone }: Pick<UsageSeriesInput, "step"> & { readonly timeZone: string },
): Promise<"hour" | "day" | "none"> {
  if (timeZone === "UTC") return step;
  const [zone] = await tx.execute<{ isWhole: boolean }>(sql`
    select not exists (
      select from generate_series(${from.toISOString()}::timestamptz, ${to.toISOString()}::timestamptz + interval '1 day',
          interval '1 day') as d
        where extract(minute from date_trunc('hour', d, 'UTC') at time zone ${timeZone}) <> 0
    ) as "isWhole"`);
  return zone?.isWhole ? "hour" : "none";
}

const tooMany = {
  path: "from",
  code: "out_of_range",
  message: "This is too much for one answer. Ask for a shorter time or larger steps.",
} as const;
