import { type Actor, sql } from "@ai-config/db";

import { requireAdmin } from "../configuration/stored-configuration.ts";
import type { ServiceContext } from "../context.ts";
import { runAs } from "../run-as.ts";
import { callsIn, checkWindow, FIGURES, type UsageFigures, type UsageWindow } from "./usage-window.ts";

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
  return runAs(ctx, actor, async (tx) => {
    await requireAdmin(tx, actor, window.owner, ["usage:read"]);
    const rows = await tx.execute<UsageFigures & { model: string | null } & Record<string, unknown>>(sql`
      select model, ${FIGURES} from public.ai_call_ledger where ${callsIn(window)}
      group by grouping sets ((), (model)) order by sum(cost) desc nulls last, model`);
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
