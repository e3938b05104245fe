import { type Actor, sql } from "@ai-config/db";

import type { ServiceContext } from "../context.ts";
import { readUsage } from "./read-usage.ts";
import { callRows, LATENCIES, SUMS, sumRows } from "./usage-rows.ts";
import { checkWindow, type UsageFigures, type UsageWindow } from "./usage-window.ts";

/** Everything added up, and by model. */
export interface UsageSummary extends UsageFigures {
  /** The dearest first. */
  readonly models: readonly (UsageFigures & { readonly model: string })[];
}

/**
 * What the governed calls of an account or an organization came to. An organization's is for its owners and
 * admins, and for tokens that may read usage.
 */
export async function summarizeUsage(
  ctx: ServiceContext,
  { actor, ...window }: UsageWindow & { readonly actor: Actor },
): Promise<UsageSummary> {
  checkWindow(window);
  return readUsage(ctx, { actor, owner: window.owner }, async (tx) => {
    const rows = await tx.execute<UsageFigures & { model: string | null } & Record<string, unknown>>(sql`
      with sums as (
        select model, sum(cost) as amount, ${SUMS} from ${sumRows(window, { coarsest: "day" })} as r group by grouping sets ((), (model))
      ), latencies as (
        select model, ${LATENCIES} from ${callRows(window, sql`(select calls from sums where model is null)`)} as c group by grouping sets ((), (model))
      )
      select s.model, s.calls, s.failures, s."rateLimited", s."inputTokens", s."outputTokens", s."cacheReadTokens",
        s."cacheWriteTokens", s.cost, l."latencyP50", l."latencyP95"
      from sums s left join latencies l on l.model is not distinct from s.model
      order by s.amount desc nulls last, s.model`);
    const models: UsageSummary["models"][number][] = [];
    let total: UsageFigures | undefined;
    for (const { model, ...figures } of rows) {
      if (model === null) total = figures;
      else models.push({ model, ...figures });
    }
    if (total === undefined) throw new Error("The database answered no sum.");
    return { ...total, models };
  });
}
