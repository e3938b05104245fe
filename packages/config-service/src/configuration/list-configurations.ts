import type { Actor } from "@ai-config/db";

import type { ServiceContext } from "../context.ts";
import type { Owner } from "../owner.ts";
import { runAs } from "../run-as.ts";
import {
  type ConfigurationSummary,
  findConfigurations,
  ownedBy,
  requireVisible,
} from "./stored-configuration.ts";

/** An owner's stored rows in the order they apply, those out of force included. */
export function listConfigurations(
  ctx: ServiceContext,
  { actor, owner }: { actor: Actor; owner: Owner },
): Promise<ConfigurationSummary[]> {
  return runAs(ctx, actor, async (tx) => {
    await requireVisible(tx, actor, owner, ["configurations:read", "configurations:write"]);
    return findConfigurations(tx, ownedBy(owner));
  });
}
