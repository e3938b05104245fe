import { SECRET_PATTERN, type TokenAction } from "@ai-config/config-core";
import { type SQL, sql } from "drizzle-orm";
import type { AnyPgColumn } from "drizzle-orm/pg-core";

export type MemberRole = "owner" | "admin" | "member" | "viewer";

/** The signed-in user. The sub-select is evaluated once per statement, not once per row. */
export const currentUserId = sql`(select auth.uid())`;

const rolesAtLeast = {
  viewer: "{owner,admin,member,viewer}",
  admin: "{owner,admin}",
  owner: "{owner}",
} as const;

/** True where the column names an organization the caller belongs to; as an array it can use the index. */
export function inOrganizations(column: AnyPgColumn, atLeast: keyof typeof rolesAtLeast): SQL {
  const roles = sql.raw(`'${rolesAtLeast[atLeast]}'`);
  return sql`${column} = any (array(select private.organization_ids(${roles})))`;
}

/** True for rows of the caller, and of organizations where the caller has at least that role. */
export function ownedBy(
  table: { userId: AnyPgColumn; organizationId: AnyPgColumn },
  atLeast: keyof typeof rolesAtLeast,
): SQL {
  return sql`${table.userId} = ${currentUserId} or ${inOrganizations(table.organizationId, atLeast)}`;
}

/** True where the column names the organization of the token that asks, and the token may do one of the actions. */
export function inTokenOrganization(column: AnyPgColumn, actions: readonly TokenAction[]): SQL {
  const list = sql.raw(`'{${actions.join(",")}}'`);
  return sql`${column} = (select private.token_organization(${list}))`;
}

/** True where a text that people read holds nothing like a provider's key or a token of ours. */
export function noSecret(column: AnyPgColumn | SQL): SQL {
  return sql`${column} !~ ${sql.raw(`'${SECRET_PATTERN}'`)}`;
}

/** True where a sum of money is one: neither less than nothing nor what Postgres puts above all numbers, NaN too. */
export function isAmount(column: AnyPgColumn): SQL {
  return sql`${column} >= 0 and ${column} < 'Infinity'`;
}
