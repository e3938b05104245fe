import { AIConfigError, type Issue } from "@ai-config/config-core";
import { type Actor, sql } from "@ai-config/db";

import type { ServiceContext } from "../context.ts";
import { forgetOwner } from "../forget-owner.ts";
import type { Owner } from "../owner.ts";
import { runAs } from "../run-as.ts";
import { findProblems, introducedProblems } from "./find-problems.ts";
import { findConfigurations, lockConfiguration, lockOwner, requireVisible } from "./stored-configuration.ts";

export type ToggleConfigurationResult =
  | { success: true; version: number; owner: Owner }
  | { success: false; errors: readonly Issue[] };

/**
 * Puts a stored row in force or out of it. A row that comes into force is checked like a patch: the problems
 * it would bring refuse it. Taking one out is never refused.
 */
export async function toggleConfiguration(
  ctx: ServiceContext,
  { actor, configId, isActive }: { actor: Actor; configId: string; isActive: boolean },
): Promise<ToggleConfigurationResult> {
  try {
    const { owner, version } = await runAs(ctx, actor, async (tx) => {
      const where = sql`id = ${configId}::uuid`;
      const [row] = await findConfigurations(tx, where);
      if (row === undefined) throw new AIConfigError("NOT_FOUND");
      await lockOwner(tx, row.owner);
      const locked = await lockConfiguration(tx, where);
      if (locked === undefined) throw new AIConfigError("NOT_FOUND");
      await requireVisible(tx, actor, locked.owner, ["configurations:write"]);
      const before = await findProblems(tx, ctx, locked.owner);
      const [changed] = await tx.execute<{ version: number }>(
        sql`update public.ai_configurations set is_active = ${isActive} where ${where} returning version`,
      );
      if (changed === undefined) throw new AIConfigError("FORBIDDEN");
      if (isActive) {
        const issues = introducedProblems(before, await findProblems(tx, ctx, locked.owner));
        if (issues.length > 0) throw new AIConfigError("CONFIGURATION_INVALID", { issues });
      }
      return { owner: locked.owner, version: changed.version };
    });
    forgetOwner(ctx, owner);
    return { success: true, version, owner };
  } catch (error) {
    if (!(error instanceof AIConfigError) || error.code !== "CONFIGURATION_INVALID") throw error;
    return { success: false, errors: error.issues };
  }
}
