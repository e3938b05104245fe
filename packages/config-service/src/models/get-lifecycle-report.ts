import {
  AIConfigError,
  type LifecycleReport,
  lifecycleReport,
  type ReportedConfiguration,
} from "@ai-config/config-core";
import type { Actor } from "@ai-config/db";

import type { EffectiveConfiguration } from "../configuration/effective-configuration.ts";
import { getEffectiveConfiguration } from "../configuration/get-effective-configuration.ts";
import { getOrganizationConfiguration } from "../configuration/get-organization-configuration.ts";
import { requireAdmin } from "../configuration/stored-configuration.ts";
import type { ServiceContext } from "../context.ts";
import { listMembers, type MemberSummary } from "../organizations/members.ts";
import { runAs } from "../run-as.ts";

/** Reads at the same time: enough to be quick, few enough to leave the pool to others. */
const AT_ONCE = 8;

/** Whose configuration it is. */
export type LifecycleRef =
  | {
      readonly type: "user";
      readonly userId: string;
      readonly name: string | null;
      readonly email: string | null;
    }
  | { readonly type: "organization"; readonly organizationId: string };

/**
 * Which configurations of an organization use a model that is about to be retired or gone: what it hands to its
 * members, and what applies for each of them. For its owners and admins.
 */
export async function getLifecycleReport(
  ctx: ServiceContext,
  { actor, organizationId }: { actor: Actor; organizationId: string },
): Promise<LifecycleReport<LifecycleRef>> {
  await runAs(ctx, actor, (tx) => requireAdmin(tx, actor, { type: "organization", organizationId }));
  const members = await listMembers(ctx, { actor, organizationId });
  const handed = await getOrganizationConfiguration(ctx, { actor, organizationId });
  const own = await membersConfigurations(ctx, organizationId, members);
  const organization: LifecycleRef = { type: "organization", organizationId };
  return lifecycleReport<LifecycleRef>(
    [
      reported(organization, handed),
      ...own.map(({ member: { userId, name, email }, effective }) =>
        reported({ type: "user", userId, name, email }, effective),
      ),
    ],
    ctx.now(),
    { models: ctx.models },
  );
}

/** The same for what applies for one account. */
export async function getOwnLifecycleReport(
  ctx: ServiceContext,
  { actor, userId, organizationId }: { actor: Actor; userId: string; organizationId?: string | undefined },
): Promise<LifecycleReport<LifecycleRef>> {
  const effective = await getEffectiveConfiguration(ctx, { actor, userId, organizationId });
  const ref: LifecycleRef = { type: "user", userId, name: null, email: null };
  return lifecycleReport([reported(ref, effective)], ctx.now(), { models: ctx.models });
}

function reported(
  ref: LifecycleRef,
  { configuration, sources: fields, policy }: EffectiveConfiguration,
): ReportedConfiguration<LifecycleRef> {
  return { ref, configuration, fields, policy, people: ref.type === "user" ? 1 : 0 };
}

async function membersConfigurations(
  ctx: ServiceContext,
  organizationId: string,
  members: readonly MemberSummary[],
) {
  const found: { member: MemberSummary; effective: EffectiveConfiguration }[] = [];
  const reader: Actor = { type: "service", name: "lifecycle report" };
  const queue = members.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const member of queue) {
        const effective = await getEffectiveConfiguration(ctx, {
          actor: reader,
          userId: member.userId,
          organizationId,
        }).catch(absent);
        if (effective) found.push({ member, effective });
      }
    }),
  );
  return found;
}

/** A member who left in the meantime. */
function absent(error: unknown): undefined {
  if (error instanceof AIConfigError && error.code === "NOT_FOUND") return undefined;
  throw error;
}
