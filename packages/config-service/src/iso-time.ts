import { sql } from "@ai-config/db";

/** A fragment of SQL. */
export type Fragment = ReturnType<typeof sql>;

/** A moment as ISO text in UTC, to the millisecond: as JavaScript writes dates, and the answers that are made of such. */
export function isoMoment(moment: Fragment, alias: string): Fragment {
  return sql`to_char(${moment} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as ${sql.identifier(alias)}`;
}

/** A time column as ISO text in UTC, with the microseconds that a JavaScript date would drop. */
export function isoTime(column: string, alias = column): Fragment {
  return sql`to_char(${sql.identifier(column)} at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as ${sql.identifier(alias)}`;
}
