import { AIConfigError, type TokenAction } from "@ai-config/config-core";
import { type Actor, sql } from "@ai-config/db";

import { requireAdmin } from "../configuration/stored-configuration.ts";
import type { ServiceContext } from "../context.ts";
import type { Fragment } from "../iso-time.ts";
import { runAs } from "../run-as.ts";
import { callsIn, checkWindow, FIGURES, type UsageFigures, type UsageWindow } from "./usage-window.ts";

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

const COLUMNS: Readonly<Record<UsageGroup, Fragment>> = {
  model: sql`model`,
  user: sql`user_id::text`,
  key: sql`key_slot`,
};
const ACTIONS: readonly TokenAction[] = ["usage:read"];
/** A year of days of fifty groups, or a month of hours of twenty-five. */
const POINTS_MAX = 20_000;

/** Usage by hour or day, in the order of time. For whom `summarizeUsage` is. */
export async function usageSeries(
  ctx: ServiceContext,
  { actor, step, timeZone = "UTC", groupBy, ...window }: UsageSeriesInput,
): Promise<UsagePoint[]> {
  checkWindow(window);
  const group = groupBy === undefined ? sql`null::text` : COLUMNS[groupBy];
  return runAs(
    ctx,
    actor,
    async (tx) => {
      await requireAdmin(tx, actor, window.owner, ACTIONS);
      const points = await tx.execute<UsagePoint & Record<string, unknown>>(sql`
        select to_char(date_trunc(${step}, started_at, ${timeZone}) at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
          as "startsAt", ${group} as "group", ${FIGURES}
        from public.ai_call_ledger where ${callsIn(window)}
        group by 1, 2 order by 1, 2 limit ${POINTS_MAX + 1}`);
      if (points.length > POINTS_MAX) throw new AIConfigError("INPUT_INVALID", { issues: [tooMany] });
      return points;
    },
    // A zone that the database does not know.
    { codes: { "22023": "INPUT_INVALID" } },
  );
}

const tooMany = {
  path: "from",
  code: "out_of_range",
  message: "This is too much for one answer. Ask for a shorter time or larger steps.",
} as const;
