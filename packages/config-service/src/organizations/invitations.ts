import { createHash, randomBytes } from "node:crypto";

import { AIConfigError, containsSecret } from "@ai-config/config-core";
import { type Actor, type MemberRole, sql } from "@ai-config/db";

import { requireAdmin, requireVisible } from "../configuration/stored-configuration.ts";
import type { ServiceContext } from "../context.ts";
import { isoTime } from "../iso-time.ts";
import { runAs } from "../run-as.ts";
import { secretIn } from "../secret-in.ts";

/** Long enough for a holiday week, short enough that a forgotten link does not stay a door. */
const VALID_DAYS = 7;

/** Made once by an invitation's token; the token itself is never stored. */
export function hashInvitationToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Makes a link's token for joining an organization. It is shown this once. */
export async function createInvitation(
  ctx: ServiceContext,
  input: { actor: Actor; organizationId: string; role: MemberRole; email?: string | null | undefined },
): Promise<{ token: string; expiresAt: string }> {
  const { actor, organizationId, role } = input;
  const email = readEmail(input.email);
  const token = randomBytes(24).toString("base64url");
  const [row] = await runAs(ctx, actor, async (tx) => {
    await requireVisible(tx, actor, { type: "organization", organizationId });
    return tx.execute<{ expiresAt: string }>(sql`
      insert into public.organization_invitations (organization_id, email, role, token_hash, invited_by, expires_at)
      values (${organizationId}::uuid, ${email}, ${role}, ${hashInvitationToken(token)},
        ${actor.type === "user" ? actor.userId : null}::uuid,
        clock_timestamp() + make_interval(days => ${VALID_DAYS}::integer))
      returning ${isoTime("expires_at", "expiresAt")}`);
  });
  if (row === undefined) throw new AIConfigError("INTERNAL");
  return { token, expiresAt: row.expiresAt };
}

/**
 * Joins the actor to the organization that invited. A token that is used, expired, for others or just being
 * signed up with is refused; `claim` is the one of the actor's own sign-up.
 */
export async function acceptInvitation(
  ctx: ServiceContext,
  { actor, token, claim = null }: { actor: Actor; token: string; claim?: string | null | undefined },
): Promise<{ organizationId: string }> {
  const [row] = await runAs(
    ctx,
    actor,
    (tx) =>
      tx.execute<{ id: string }>(
        sql`select private.accept_invitation(${hashInvitationToken(token)}, ${claim}::uuid) as id`,
      ),
    { codes: { P0002: "INVITATION_INVALID" } },
  );
  if (row === undefined) throw new AIConfigError("INVITATION_INVALID");
  if (actor.type === "user") ctx.cache.forgetUser(actor.userId);
  return { organizationId: row.id };
}

/** A link that somebody may still join by. */
export interface PendingInvitation {
  readonly id: string;
  readonly role: MemberRole;
  /** Only the account with this address may use it; null means whoever holds the link. */
  readonly email: string | null;
  readonly invitedBy: string | null;
  readonly createdAt: string;
  readonly expiresAt: string;
}

/** Links of an organization that are neither used nor expired, latest first. For its owners and admins. */
export function listInvitations(
  ctx: ServiceContext,
  { actor, organizationId }: { actor: Actor; organizationId: string },
): Promise<PendingInvitation[]> {
  return runAs(ctx, actor, async (tx) => {
    await requireAdmin(tx, actor, { type: "organization", organizationId });
    const rows = await tx.execute<{
      id: string;
      role: MemberRole;
      email: string | null;
      invited_by: string | null;
      created_at: string;
      expires_at: string;
    }>(sql`
      select id, role, email, invited_by, ${isoTime("created_at")}, ${isoTime("expires_at")}
      from public.organization_invitations
      where organization_id = ${organizationId}::uuid and accepted_at is null and expires_at > clock_timestamp()
      order by organization_invitations.created_at desc, id`);
    return rows.map(({ invited_by, created_at, expires_at, ...row }) => ({
      id: row.id,
      role: row.role,
      email: row.email,
      invitedBy: invited_by,
      createdAt: created_at,
      expiresAt: expires_at,
    }));
  });
}

/** Ends a link before its time. */
export async function revokeInvitation(
  ctx: ServiceContext,
  { actor, organizationId, invitationId }: { actor: Actor; organizationId: string; invitationId: string },
): Promise<void> {
  await runAs(ctx, actor, async (tx) => {
    await requireAdmin(tx, actor, { type: "organization", organizationId });
    const which = sql`id = ${invitationId}::uuid and organization_id = ${organizationId}::uuid`;
    const revoked = await tx.execute(
      sql`delete from public.organization_invitations where ${which} and accepted_at is null returning id`,
    );
    if (revoked.length > 0) return;
    const visible = await tx.execute(
      sql`select 1 from public.organization_invitations where ${which} and accepted_at is null`,
    );
    throw new AIConfigError(visible.length > 0 ? "FORBIDDEN" : "NOT_FOUND");
  });
}

function readEmail(email: string | null | undefined): string | null {
  const plain = email?.trim() || null;
  if (plain !== null && containsSecret(plain)) throw secretIn("email");
  if (plain === null || (plain.length <= 320 && /^[^\s@]+@[^\s@]+$/.test(plain))) return plain;
  const message = "Must be an e-mail address.";
  throw new AIConfigError("INPUT_INVALID", { issues: [{ path: "email", code: "invalid_value", message }] });
}
