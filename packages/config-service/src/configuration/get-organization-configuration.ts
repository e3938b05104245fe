import { type Actor, readOrganizationLayers } from "@ai-config/db";

import type { ServiceContext } from "../context.ts";
import { runRead } from "../run-read.ts";
import { buildEffectiveConfiguration, type EffectiveConfiguration } from "./effective-configuration.ts";

/** What an organization hands to its members: environment and defaults under its rows, nobody's own on top. */
export async function getOrganizationConfiguration(
  ctx: ServiceContext,
  { actor, organizationId }: { actor: Actor; organizationId: string },
): Promise<EffectiveConfiguration> {
  const snapshot = await runRead(() => readOrganizationLayers(ctx.database, actor, organizationId));
  return buildEffectiveConfiguration({ ...snapshot, userId: null }, ctx.environment, {
    models: ctx.models,
    now: ctx.now(),
  });
}
