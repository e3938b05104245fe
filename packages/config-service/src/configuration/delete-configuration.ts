import { AIConfigError } from "@ai-config/config-core";
import { type Actor, sql } from "@ai-config/db";

import type { ServiceContext } from "../context.ts";
import { forgetOwner } from "../forget-owner.ts";
import type { Owner } from "../owner.ts";
import { runAs } from "../run-as.ts";
import { checkChange } from "./check-change.ts";
import { lockConfiguration, named, requireVisible } from "./stored-configuration.ts";

/**
 * Removes a stored row, so that all it said is inherited again. It is never refused for what is inherited then:
 * that may be somebody else's to correct, and is reported with the effective configuration.
 */
export async function deleteConfiguration(
  ctx: ServiceContext,
  input: { actor: Actor; owner: Owner; configName: string; reason?: string | undefined },
): Promise<void> {
  const { actor, owner, reason } = input;
  const issues = checkChange(input);
  if (issues.length > 0) throw new AIConfigError("INPUT_INVALID", { issues });
  const where = named(owner, input.configName);
  await runAs(
    ctx,
    actor,
    async (tx) => {
      await requireVisible(tx, actor, owner, ["configurations:write"]);
      const locked = await lockConfiguration(tx, where);
      if (locked === undefined) throw new AIConfigError("NOT_FOUND");
      await tx.execute(sql`delete from public.ai_configurations where id = ${locked.id}::uuid`);
    },
    { reason },
  );
  forgetOwner(ctx, owner);
}
