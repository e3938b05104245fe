import type { Actor, ActorDb } from "@ai-config/db";

import { requireAdmin } from "../configuration/stored-configuration.ts";
import type { ServiceContext } from "../context.ts";
import type { Owner } from "../owner.ts";
import { runAs } from "../run-as.ts";
import { writePendingCalls } from "./write-pending-calls.ts";

/**
 * Reads the usage of an owner with all calls that have ended. For whoever may not see it nothing is written either: whoever
 * writes holds up all others who write to the ledger.
 */
export async function readUsage<T>(
  ctx: ServiceContext,
  { actor, owner }: { readonly actor: Actor; readonly owner: Owner },
  read: (tx: ActorDb) => Promise<T>,
): Promise<T> {
  const check = (tx: ActorDb) => requireAdmin(tx, actor, owner, ["usage:read"]);
  await runAs(ctx, actor, check);
  await writePendingCalls(ctx, owner);
  return runAs(ctx, actor, async (tx) => {
    await check(tx);
    return read(tx);
  });
}
