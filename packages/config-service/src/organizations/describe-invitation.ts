import { type Actor, type MemberRole, sql, withServiceRights } from "@ai-config/db";

import type { ServiceContext } from "../context.ts";
import { isoTime } from "../iso-time.ts";
import { runAs } from "../run-as.ts";
import { hashInvitationToken } from "./invitations.ts";

/** Why a link lets an account in no more, or never did. */
export type InvitationRefusal = "unknown" | "used" | "expired" | "other_address" | "withdrawn";

/** What a link offers an account. Only a link that would let it in names the organization. */
export type InvitationOffer =
  | {
      readonly state: "open";
      readonly organizationName: string;
      readonly role: MemberRole;
      readonly expiresAt: string;
    }
  | { readonly state: "member"; readonly organizationId: string }
  | { readonly state: InvitationRefusal };

interface InvitationRow extends Record<string, unknown> {
  organization_id: string;
  name: string;
  role: MemberRole;
  expires_at: string;
  is_member: boolean;
  is_used: boolean;
  is_expired: boolean;
  is_for_another: boolean;
  is_withdrawn: boolean;
}

/** What the actor may expect of an invitation's link, without using it. */
export async function describeInvitation(
  ctx: ServiceContext,
  { actor, token }: { actor: Actor; token: string },
): Promise<InvitationOffer> {
  const userId = actor.type === "user" ? actor.userId : null;
  const [row] = await runAs(ctx, actor, async (tx) => {
    // Nobody reads the hashes; whoever has the token has been given it.
    await withServiceRights(tx);
    return tx.execute<InvitationRow>(sql`
      select i.organization_id, o.name, i.role, ${isoTime("expires_at")},
        exists (select from public.organization_members m
          where m.organization_id = i.organization_id and m.user_id = ${userId}::uuid) as is_member,
        i.accepted_at is not null or (i.claim is not null and i.claimed_until >= clock_timestamp()) as is_used,
        i.expires_at <= clock_timestamp() as is_expired,
        i.email is not null and not exists (
          select from private.describe_users(array[${userId}::uuid]) u
          where lower(u.email) = lower(i.email)) as is_for_another,
        i.invited_by is not null and not exists (
          select from public.organization_members m
          where m.organization_id = i.organization_id and m.user_id = i.invited_by
            and (m.role = 'owner' or (m.role = 'admin' and i.role <> 'owner'))) as is_withdrawn
      from public.organization_invitations i
      join public.organizations o on o.id = i.organization_id
      where i.token_hash = ${hashInvitationToken(token)}`);
  });
  return row === undefined ? { state: "unknown" } : offerOf(row);
}

function offerOf(row: InvitationRow): InvitationOffer {
  if (row.is_member) return { state: "member", organizationId: row.organization_id };
  if (row.is_used) return { state: "used" };
  if (row.is_expired) return { state: "expired" };
  if (row.is_for_another) return { state: "other_address" };
  if (row.is_withdrawn) return { state: "withdrawn" };
  return { state: "open", organizationName: row.name, role: row.role, expiresAt: row.expires_at };
}
