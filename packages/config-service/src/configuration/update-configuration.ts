import { AIConfigError, type Issue, validatePatch } from "@ai-config/config-core";
import type { Actor } from "@ai-config/db";

import type { ServiceContext } from "../context.ts";
import { forgetOwner } from "../forget-owner.ts";
import type { Owner } from "../owner.ts";
import { runAs } from "../run-as.ts";
import { checkChange } from "./check-change.ts";
import type { EffectiveConfiguration } from "./effective-configuration.ts";
import { getOwnerConfiguration } from "./get-owner-configuration.ts";
import { writePatch } from "./write-patch.ts";

export interface UpdateConfigurationInput {
  readonly actor: Actor;
  readonly owner: Owner;
  readonly configName: string;
  /** An RFC 7396 merge patch: null makes a field inherited again. */
  readonly updates: unknown;
  /** The version the change was made on; 0 where there was no row yet. Absent: whatever is there. */
  readonly expectedVersion?: number | undefined;
  /** Why, in people's words, for the audit. */
  readonly reason?: string | undefined;
}

export type UpdateConfigurationResult =
  | { success: true; version: number; effective: EffectiveConfiguration }
  | { success: false; errors: readonly Issue[] };

/**
 * Merges a patch into a stored row, or makes the row. The merge happens in the database under a row lock, so
 * that two patches of different fields both survive. A patch is checked by itself and by the effective result
 * it gives; where that is wrong nothing is changed.
 */
export async function updateConfiguration(
  ctx: ServiceContext,
  input: UpdateConfigurationInput,
): Promise<UpdateConfigurationResult> {
  const { actor, reason } = input;
  const checked = validatePatch(input.updates, { models: ctx.models });
  const issues = [...checkChange(input), ...(checked.success ? [] : checked.errors)];
  if (!checked.success || issues.length > 0) return { success: false, errors: issues };

  return resultOf(ctx, input, () =>
    runAs(ctx, actor, (tx) => writePatch(tx, ctx, input, checked.data), { reason }),
  );
}

/** Makes a change and tells what came of it: the new version and what applies now, or what is wrong with it. */
export async function resultOf(
  ctx: ServiceContext,
  { actor, owner }: { actor: Actor; owner: Owner },
  change: () => Promise<number>,
): Promise<UpdateConfigurationResult> {
  let version: number;
  try {
    version = await change();
  } catch (error) {
    if (!(error instanceof AIConfigError) || error.code !== "CONFIGURATION_INVALID") throw error;
    return { success: false, errors: error.issues.length > 0 ? error.issues : [refusedByDatabase] };
  }
  // The announcement reaches this process too, but maybe after its next read.
  forgetOwner(ctx, owner);
  return { success: true, version, effective: await getOwnerConfiguration(ctx, { actor, owner }) };
}

const refusedByDatabase: Issue = {
  path: "",
  code: "invalid_value",
  message: "The database refused this configuration.",
};
