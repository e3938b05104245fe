import type { Secret } from "@ai-config/config-core";
import { type Actor, sql } from "@ai-config/db";

import type { ServiceContext } from "../context.ts";
import { runAs } from "../run-as.ts";
import type { KeySlot } from "./key-vault.ts";
import { ownerOfKey, readStoredKeys } from "./stored-key.ts";

export interface OpenApiKeyInput {
  readonly userId: string;
  /** Absent: the account's default organization. One the account does not belong to gives no key. */
  readonly organizationId?: string | null | undefined;
  /** `secondary` is the former key of the same owner, while its overlap lasts. */
  readonly slot?: KeySlot;
}

const ACTOR: Actor = { type: "service", name: "open-api-key" };

/**
 * The key to call with for an account: its own, else its organization's, else the environment's. This is the
 * only door to a plain key, and it is for code that makes calls, never for an answer to anybody. It fails when
 * the database is away, because then nobody knows whose key it should be.
 */
export async function openApiKey(
  ctx: ServiceContext,
  { userId, organizationId = null, slot = "primary" }: OpenApiKeyInput,
): Promise<Secret | null> {
  const keys = await runAs(ctx, ACTOR, (tx) =>
    readStoredKeys(
      tx,
      sql`user_id = ${userId}::uuid or organization_id = (
        select organization_id from public.organization_members
        where user_id = ${userId}::uuid
          and case when ${organizationId}::uuid is null then is_default else organization_id = ${organizationId}::uuid end)`,
    ),
  );
  // Whose key it is follows from the primary ones: a former key of the account never stands in for a present one.
  const owned = (ofUser: boolean) => keys.filter((key) => (key.user_id !== null) === ofUser);
  const level = [owned(true), owned(false)].find((found) => found.some((key) => key.slot === "primary"));
  if (level === undefined) return slot === "primary" ? (ctx.environment.apiKey ?? null) : null;
  const key = level.find((candidate) => candidate.slot === slot);
  if (key === undefined) return null;
  return ctx.vault.open(key.sealed, { owner: ownerOfKey(key), provider: "anthropic", slot });
}
