import { AIConfigError } from "@ai-config/config-core";
import { type Actor, sql } from "@ai-config/db";

import type { ServiceContext } from "../context.ts";
import { forgetOwner } from "../forget-owner.ts";
import { runAs } from "../run-as.ts";
import { ownerOfKey, readStoredKeys, type StoredKey } from "./stored-key.ts";
import { type KeyVerdict, tryKey } from "./try-key.ts";

/** A round is for the few keys that were stored during an outage; the next one takes up the rest. */
const KEYS_PER_ROUND = 50;

const ACTOR: Actor = { type: "service", name: "verify-pending-keys" };

/** How many keys of a round were found to be what. */
export type VerifiedKeys = Readonly<Record<KeyVerdict, number>>;

/**
 * Tries keys that were stored while Anthropic could not be asked. One that it accepts becomes verified; one that it
 * refuses stays as it is, unverified, and is told to the operator by its hint, since only its owner can replace it.
 * Any number of processes may do this at once. Stops at the first key that Anthropic cannot be asked about.
 */
export async function verifyPendingKeys(ctx: ServiceContext): Promise<VerifiedKeys> {
  const found = { accepted: 0, refused: 0, unknown: 0 };
  const pending = await runAs(ctx, ACTOR, (tx) =>
    readStoredKeys(
      tx,
      sql`id in (select k.id from private.ai_provider_keys k
        where k.slot = 'primary' and k.verified_at is null order by k.created_at limit ${KEYS_PER_ROUND})`,
    ),
  );
  for (const key of pending) {
    const verdict = await verdictOn(ctx, key);
    if (verdict === undefined) continue;
    found[verdict] += 1;
    if (verdict === "unknown") break;
    if (verdict === "accepted") await markVerified(ctx, key);
    else
      ctx.log("warn", "Anthropic refuses a key that was stored while it could not be asked.", {
        hint: key.hint,
      });
  }
  return found;
}

/** A key that cannot be opened is nobody's to judge. */
async function verdictOn(ctx: ServiceContext, key: StoredKey): Promise<KeyVerdict | undefined> {
  const place = { owner: ownerOfKey(key), provider: "anthropic", slot: key.slot } as const;
  const opened = await ctx.vault.open(key.sealed, place).catch((error: unknown) => {
    if (error instanceof AIConfigError && error.code === "KEY_UNREADABLE") return undefined;
    throw error;
  });
  return opened && tryKey(ctx.fetch, ctx.environment.baseUrl, opened);
}

/** Only the very key that was tried: it may have been replaced meanwhile. */
async function markVerified(ctx: ServiceContext, key: StoredKey): Promise<void> {
  await runAs(ctx, ACTOR, (tx) =>
    tx.execute(sql`
      update private.ai_provider_keys set verified_at = now()
      where id = ${key.id}::uuid and key_version = ${key.key_version} and verified_at is null`),
  );
  forgetOwner(ctx, ownerOfKey(key));
}
