import { AIConfigError, type BudgetPeriod } from "@ai-config/config-core";
import { type Actor, type ActorDb, sql } from "@ai-config/db";

import { ownedBy, requireAdmin } from "../configuration/stored-configuration.ts";
import type { ServiceContext } from "../context.ts";
import { isoMoment, isoTime } from "../iso-time.ts";
import type { Owner } from "../owner.ts";
import { runAs } from "../run-as.ts";

/** A threshold of a budget that was crossed. */
export interface StoredAlert {
  readonly id: string;
  readonly period: BudgetPeriod;
  /** A part of the limit, such as 0.9. */
  readonly threshold: number;
  /** USD as decimal text, as are `spent`. */
  readonly limit: string;
  readonly spent: string;
  /** ISO 8601 in UTC, as are the other moments. */
  readonly startsAt: string;
  readonly resetsAt: string;
  readonly createdAt: string;
}

const LIMIT_DEFAULT = 50;

/** The alerts of an account's or an organization's budgets, latest first. For whom usage is. */
export async function listAlerts(
  ctx: ServiceContext,
  {
    actor,
    owner,
    before,
    limit = LIMIT_DEFAULT,
  }: {
    readonly actor: Actor;
    readonly owner: Owner;
    /** The id of the last alert of the former page. */
    readonly before?: string | null | undefined;
    /** From 1 to 200. */
    readonly limit?: number | undefined;
  },
): Promise<{ alerts: StoredAlert[]; next: string | null }> {
  const rows = await runAs(ctx, actor, async (tx) => {
    await requireAdmin(tx, actor, owner, ["usage:read"]);
    const end = before == null ? null : await endOf(tx, owner, before);
    return tx.execute<StoredAlert & Record<string, unknown>>(sql`
      select id, period, threshold::float8 as threshold, trim_scale(limit_usd)::text as "limit",
        trim_scale(spent)::text as spent, ${isoMoment(sql`starts_at`, "startsAt")}, ${isoMoment(sql`resets_at`, "resetsAt")},
        ${isoMoment(sql`created_at`, "createdAt")}
      from public.budget_alerts
      where ${ownedBy(owner)}
        and (${end}::timestamptz is null or (budget_alerts.created_at, budget_alerts.id) < (${end}::timestamptz, ${before ?? null}::uuid))
      order by budget_alerts.created_at desc, budget_alerts.id desc limit ${limit + 1}`);
  });
  const alerts = rows.slice(0, limit);
  return { alerts, next: rows.length > limit ? (alerts.at(-1)?.id ?? null) : null };
}

/** When the last alert of a page was told. Its id alone says nothing of what came before it. */
async function endOf(tx: ActorDb, owner: Owner, id: string): Promise<string> {
  const [found] = await tx.execute<{ at: string }>(sql`
    select ${isoTime("created_at", "at")} from public.budget_alerts where ${ownedBy(owner)} and id = ${id}::uuid`);
  if (found !== undefined) return found.at;
  throw new AIConfigError("INPUT_INVALID", {
    issues: [{ path: "before", code: "malformed", message: "Must be the end of a former page." }],
  });
}
