import { AIConfigError } from "@ai-config/config-core";
import { type Actor, sql } from "@ai-config/db";

import { requireAdmin } from "../configuration/stored-configuration.ts";
import type { ServiceContext } from "../context.ts";
import { runAs } from "../run-as.ts";

/** Ends a token; the next request with it is refused. For the organization's owners and admins. */
export async function revokeServiceToken(
  ctx: ServiceContext,
  {
    actor,
    organizationId,
    tokenId,
    reason,
  }: { actor: Actor; organizationId: string; tokenId: string; reason?: string | undefined },
): Promise<void> {
  await runAs(
    ctx,
    actor,
    async (tx) => {
      await requireAdmin(tx, actor, { type: "organization", organizationId });
      const revoked = await tx.execute(sql`
        delete from public.service_tokens
        where id = ${tokenId}::uuid and organization_id = ${organizationId}::uuid returning id`);
      if (revoked.length === 0) throw new AIConfigError("NOT_FOUND");
    },
    { reason },
  );
}
