import { AIConfigError } from "@ai-config/config-core";
import { type Actor, type MemberRole, sql } from "@ai-config/db";

import { requireVisible } from "../configuration/stored-configuration.ts";
import type { ServiceContext } from "../context.ts";
import { runAs } from "../run-as.ts";

/** Who belongs to an organization. */
export interface MemberSummary {
  readonly userId: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly role: MemberRole;
}

/** The members of an organization, for its members. */
export function listMembers(
  ctx: ServiceContext,
  { actor, organizationId }: { actor: Actor; organizationId: string },
): Promise<MemberSummary[]> {
  return runAs(ctx, actor, async (tx) => {
    await requireVisible(tx, actor, { type: "organization", organizationId }, ["members:read"]);
    const rows = await tx.execute<{
      user_id: string;
      name: string | null;
      email: string | null;
      role: MemberRole;
    }>(sql`
      select m.user_id, u.name, u.email, m.role
      from public.organization_members m
      left join private.describe_users(array(
        select user_id from public.organization_members where organization_id = ${organizationId}::uuid
      )) u on u.id = m.user_id
      where m.organization_id = ${organizationId}::uuid
      order by array_position(array['owner', 'admin', 'member', 'viewer'], m.role), lower(u.email), m.user_id`);
    return rows.map(({ user_id, name, email, role }) => ({ userId: user_id, name, email, role }));
  });
}

/**
 * Ends a membership: somebody else's by an admin, or the actor's own. It holds from the next request on,
 * everywhere. The last owner stays.
 */
export async function removeMember(
  ctx: ServiceContext,
  { actor, organizationId, userId }: { actor: Actor; organizationId: string; userId: string },
): Promise<void> {
  await runAs(ctx, actor, async (tx) => {
    await requireVisible(tx, actor, { type: "organization", organizationId });
    const membership = sql`organization_id = ${organizationId}::uuid and user_id = ${userId}::uuid`;
    const removed = await tx.execute(
      sql`delete from public.organization_members where ${membership} returning user_id`,
    );
    if (removed.length > 0) return;
    const visible = await tx.execute(sql`select 1 from public.organization_members where ${membership}`);
    throw new AIConfigError(visible.length > 0 ? "FORBIDDEN" : "NOT_FOUND");
  });
  ctx.cache.forgetUser(userId);
}

/** Gives a member another role. Only owners make, change or unmake owners; the last owner stays one. */
export async function setMemberRole(
  ctx: ServiceContext,
  {
    actor,
    organizationId,
    userId,
    role,
  }: { actor: Actor; organizationId: string; userId: string; role: MemberRole },
): Promise<void> {
  await runAs(ctx, actor, async (tx) => {
    await requireVisible(tx, actor, { type: "organization", organizationId });
    const membership = sql`organization_id = ${organizationId}::uuid and user_id = ${userId}::uuid`;
    const changed = await tx.execute(
      sql`update public.organization_members set role = ${role} where ${membership} returning user_id`,
    );
    if (changed.length > 0) return;
    const visible = await tx.execute(sql`select 1 from public.organization_members where ${membership}`);
    throw new AIConfigError(visible.length > 0 ? "FORBIDDEN" : "NOT_FOUND");
  });
}
