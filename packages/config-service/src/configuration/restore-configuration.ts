import {
  AIConfigError,
  type PartialConfiguration,
  patchBetween,
  validatePatch,
} from "@ai-config/config-core";
import { type Actor, type ActorDb, sql } from "@ai-config/db";

import type { ServiceContext } from "../context.ts";
import type { Owner } from "../owner.ts";
import { runAs } from "../run-as.ts";
import { checkChange } from "./check-change.ts";
import { findProblems, introducedProblems } from "./find-problems.ts";
import { findConfigurations, lockOwner, named, ownedBy, requireVisible } from "./stored-configuration.ts";
import { resultOf, type UpdateConfigurationResult } from "./update-configuration.ts";
import { writePatch } from "./write-patch.ts";

export interface RestoreConfigurationInput {
  readonly actor: Actor;
  readonly owner: Owner;
  /** The entry of the owner's audit whose outcome comes back; of a deletion, what it deleted. */
  readonly auditId: string;
  /** The version that the row has now, 0 where it is gone. Absent: whatever is there. */
  readonly expectedVersion?: number | undefined;
  readonly reason?: string | undefined;
}

/** What an entry of the audit keeps of a configuration. */
interface RecordedState {
  configName: string;
  configuration: PartialConfiguration;
  isActive: boolean;
  priority: number;
}

/**
 * Makes an earlier state of a configuration the present one: a new change like any other, checked by what holds
 * today. A row that was deleted is made anew.
 */
export async function restoreConfiguration(
  ctx: ServiceContext,
  input: RestoreConfigurationInput,
): Promise<UpdateConfigurationResult> {
  const { actor, owner, auditId, reason } = input;
  const issues = checkChange({ reason });
  if (issues.length > 0) return { success: false, errors: issues };
  if (!/^\d{1,18}$/.test(auditId)) throw new AIConfigError("NOT_FOUND");
  return resultOf(ctx, { actor, owner }, () =>
    runAs(ctx, actor, (tx) => restore(tx, ctx, input), { reason }),
  );
}

async function restore(tx: ActorDb, ctx: ServiceContext, input: RestoreConfigurationInput): Promise<number> {
  const { actor, owner, expectedVersion } = input;
  await requireVisible(tx, actor, owner);
  await lockOwner(tx, owner);
  const { configId, state } = await findState(tx, input);
  // The row may have another name by now, or be gone while another has its name.
  const [sameRow] = await findConfigurations(tx, sql`${ownedBy(owner)} and id = ${configId}::uuid`);
  const [sameName] = await findConfigurations(tx, named(owner, state.configName));
  const present = sameRow ?? sameName;
  const patch = patchBetween((present?.configuration ?? {}) as PartialConfiguration, state.configuration);
  const checked = validatePatch(patch, { models: ctx.models });
  if (!checked.success) throw new AIConfigError("CONFIGURATION_INVALID", { issues: checked.errors });
  const target = { actor, owner, configName: present?.configName ?? state.configName, expectedVersion };
  const before = await findProblems(tx, ctx, owner);
  const version = await writePatch(tx, ctx, target, checked.data);
  const [restored] = await tx.execute<{ version: number }>(sql`
    update public.ai_configurations set is_active = ${state.isActive}, priority = ${state.priority}
    where ${named(owner, target.configName)}
      and (is_active, priority) is distinct from (${state.isActive}::boolean, ${state.priority}::integer)
    returning version`);
  const introduced = introducedProblems(before, await findProblems(tx, ctx, owner));
  if (introduced.length > 0) throw new AIConfigError("CONFIGURATION_INVALID", { issues: introduced });
  return restored?.version ?? version;
}

async function findState(
  tx: ActorDb,
  { owner, auditId }: RestoreConfigurationInput,
): Promise<{ configId: string; state: RecordedState }> {
  const [entry] = await tx.execute<{ config_id: string; state: RecordedState | null }>(sql`
    select config_id, coalesce(new_value, old_value) as state from public.ai_configuration_audit
    where id = ${auditId}::bigint and subject = 'configuration' and ${ownedBy(owner)}`);
  if (entry?.state == null) throw new AIConfigError("NOT_FOUND");
  return { configId: entry.config_id, state: entry.state };
}
