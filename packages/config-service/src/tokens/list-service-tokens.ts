import type { TokenAction } from "@ai-config/config-core";
import { type Actor, sql } from "@ai-config/db";

import { requireAdmin } from "../configuration/stored-configuration.ts";
import type { ServiceContext } from "../context.ts";
import { isoTime } from "../iso-time.ts";
import { runAs } from "../run-as.ts";

/** A token as people see it. */
export interface ServiceTokenSummary {
  readonly id: string;
  readonly name: string;
  readonly hint: string;
  readonly actions: readonly TokenAction[];
  /** Null where the account is gone, or a service made it. */
  readonly createdBy: { readonly id: string; readonly name: string | null } | null;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly isExpired: boolean;
  /** To the minute; null where it was never used. */
  readonly lastUsedAt: string | null;
}

/** The tokens of an organization, latest first, also those that ended by themselves. For its owners and admins. */
export function listServiceTokens(
  ctx: ServiceContext,
  { actor, organizationId }: { actor: Actor; organizationId: string },
): Promise<ServiceTokenSummary[]> {
  return runAs(ctx, actor, async (tx) => {
    await requireAdmin(tx, actor, { type: "organization", organizationId });
    const rows = await tx.execute<{
      id: string;
      name: string;
      hint: string;
      actions: TokenAction[];
      created_by: string | null;
      creator: string | null;
      created_at: string;
      expires_at: string;
      is_expired: boolean;
      last_used_at: string | null;
    }>(sql`
      select id, name, hint, actions, created_by, (
          select coalesce(u.name, u.email) from private.describe_users(array[created_by]) u
        ) as creator,
        ${isoTime("created_at")}, ${isoTime("expires_at")}, ${isoTime("last_used_at")},
        expires_at <= clock_timestamp() as is_expired
      from public.service_tokens
      where organization_id = ${organizationId}::uuid
      order by service_tokens.created_at desc, id`);
    return rows.map((row) => ({
      id: row.id,
      name: row.name,
      hint: row.hint,
      actions: row.actions,
      createdBy: row.created_by === null ? null : { id: row.created_by, name: row.creator },
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      isExpired: row.is_expired,
      lastUsedAt: row.last_used_at,
    }));
  });
}
