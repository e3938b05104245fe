import { AIConfigError } from "@ai-config/config-core";
import { type Actor, sql } from "@ai-config/db";

import { checkChange } from "../configuration/check-change.ts";
import { ownedBy, requireAdmin } from "../configuration/stored-configuration.ts";
import type { ServiceContext } from "../context.ts";
import { forgetOwner } from "../forget-owner.ts";
import type { Owner } from "../owner.ts";
import { runAs } from "../run-as.ts";
import type { KeySlot } from "./key-vault.ts";

/**
 * Ends a stored key at once, in every process: what is sealed is deleted, only the audit remembers its hint.
 * Without a primary key nothing stands in for it, so a secondary one goes with it. Anthropic is not told, since
 * it has no way to be: delete the key in its Console as well.
 */
export async function revokeKey(
  ctx: ServiceContext,
  input: { actor: Actor; owner: Owner; slot: KeySlot; reason?: string | undefined },
): Promise<void> {
  const { actor, owner, slot, reason } = input;
  const issues = checkChange({ reason });
  if (issues.length > 0) throw new AIConfigError("INPUT_INVALID", { issues });
  await runAs(
    ctx,
    actor,
    async (tx) => {
      await requireAdmin(tx, actor, owner, ["keys:write"]);
      const deleted = await tx.execute<{ slot: KeySlot }>(sql`
        delete from private.ai_provider_keys
        where provider = 'anthropic' and ${ownedBy(owner)} and (slot = ${slot} or ${slot} = 'primary')
        returning slot`);
      if (!deleted.some((key) => key.slot === slot)) throw new AIConfigError("NOT_FOUND");
    },
    { reason },
  );
  forgetOwner(ctx, owner);
}
