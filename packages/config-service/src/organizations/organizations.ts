import { AIConfigError, containsSecret } from "@ai-config/config-core";
import { type Actor, type MemberRole, sql } from "@ai-config/db";

import type { ServiceContext } from "../context.ts";
import { forgetOwner } from "../forget-owner.ts";
import { runAs } from "../run-as.ts";
import { secretIn } from "../secret-in.ts";

/** An organization as one of its members sees it. */
export interface OrganizationSummary {
  readonly id: string;
  readonly name: string;
  readonly role: MemberRole;
  readonly isDefault: boolean;
  readonly memberCount: number;
}

/** Makes an organization with the actor as its owner. Their first one becomes their default. */
export async function createOrganization(
  ctx: ServiceContext,
  { actor, name }: { actor: Actor; name: string },
): Promise<{ id: string; name: string }> {
  const plain = readName(name);
  const [row] = await runAs(ctx, actor, (tx) =>
    tx.execute<{ id: string }>(sql`select private.create_organization(${plain}) as id`),
  );
  if (row === undefined) throw new AIConfigError("INTERNAL");
  if (actor.type === "user") ctx.cache.forgetUser(actor.userId);
  return { id: row.id, name: plain };
}

/** Gives an organization another name. */
export async function renameOrganization(
  ctx: ServiceContext,
  { actor, organizationId, name }: { actor: Actor; organizationId: string; name: string },
): Promise<{ id: string; name: string }> {
  const plain = readName(name);
  await runAs(ctx, actor, async (tx) => {
    const id = sql`id = ${organizationId}::uuid`;
    const renamed = await tx.execute(
      sql`update public.organizations set name = ${plain} where ${id} returning id`,
    );
    if (renamed.length > 0) return;
    const visible = await tx.execute(sql`select 1 from public.organizations where ${id}`);
    throw new AIConfigError(visible.length > 0 ? "FORBIDDEN" : "NOT_FOUND");
  });
  forgetOwner(ctx, { type: "organization", organizationId });
  return { id: organizationId, name: plain };
}

/** Makes an organization the one that applies to the actor where a call names none. */
export async function setDefaultOrganization(
  ctx: ServiceContext,
  { actor, organizationId }: { actor: Actor; organizationId: string },
): Promise<void> {
  await runAs(
    ctx,
    actor,
    (tx) => tx.execute(sql`select private.set_default_organization(${organizationId}::uuid)`),
    { codes: { "42501": "NOT_FOUND" } },
  );
  if (actor.type === "user") ctx.cache.forgetUser(actor.userId);
}

/** Removes an organization with its configurations, keys and memberships; its audit stays. For its owners. */
export async function deleteOrganization(
  ctx: ServiceContext,
  { actor, organizationId }: { actor: Actor; organizationId: string },
): Promise<void> {
  await runAs(ctx, actor, async (tx) => {
    const id = sql`id = ${organizationId}::uuid`;
    const deleted = await tx.execute(sql`delete from public.organizations where ${id} returning id`);
    if (deleted.length > 0) return;
    const visible = await tx.execute(sql`select 1 from public.organizations where ${id}`);
    throw new AIConfigError(visible.length > 0 ? "FORBIDDEN" : "NOT_FOUND");
  });
  forgetOwner(ctx, { type: "organization", organizationId });
}

/** The organizations the actor belongs to, the default one first. A service belongs to none. */
export async function listOrganizations(
  ctx: ServiceContext,
  { actor }: { actor: Actor },
): Promise<OrganizationSummary[]> {
  if (actor.type !== "user") return [];
  const rows = await runAs(ctx, actor, (tx) =>
    tx.execute<{ id: string; name: string; role: MemberRole; is_default: boolean; member_count: number }>(sql`
      select o.id, o.name, m.role, m.is_default, (
        select count(*)::int from public.organization_members c where c.organization_id = o.id
      ) as member_count
      from public.organizations o
      join public.organization_members m on m.organization_id = o.id and m.user_id = ${actor.userId}::uuid
      order by m.is_default desc, lower(o.name), o.id`),
  );
  return rows.map(({ is_default, member_count, ...row }) => ({
    id: row.id,
    name: row.name,
    role: row.role,
    isDefault: is_default,
    memberCount: member_count,
  }));
}

function readName(name: string): string {
  const plain = name.trim().normalize("NFC");
  if (containsSecret(plain)) throw secretIn("name");
  // What the database checks too, told with the field's name.
  if (plain.length >= 1 && plain.length <= 120 && !/[\p{Cc}\p{Cs}]/u.test(plain)) return plain;
  const message = "Must be 1 to 120 characters on one line.";
  throw new AIConfigError("INPUT_INVALID", { issues: [{ path: "name", code: "invalid_value", message }] });
}
