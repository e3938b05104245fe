import { AIConfigError } from "@ai-config/config-core";
import { type Actor, type ActorDb, sql } from "@ai-config/db";

import type { ServiceContext } from "../context.ts";
import { runAs } from "../run-as.ts";
import { ownerOfKey, type StoredKey } from "./stored-key.ts";

/** Few enough that a rotation of one of these keys waits for no more than a moment. */
const BATCH = 50;

const ACTOR: Actor = { type: "service", name: "rewrap-keys" };

export interface RewrapProgress {
  /** Keys that are sealed under the first master key now and were not before. */
  readonly rewrapped: number;
  /** Keys that no master key of the ring opens; they stay as they are. */
  readonly unreadable: number;
  /** Keys that are still to come. */
  readonly left: number;
}

/**
 * Seals every stored key under the first master key of the ring, while the product goes on: a few at a time,
 * each held for a moment. It may be interrupted and repeated, and run twice at once. When it ends with nothing
 * left and nothing unreadable, the other master keys can be taken out of the ring.
 */
export async function rewrapKeys(
  ctx: Pick<ServiceContext, "database" | "vault">,
  onProgress: (progress: RewrapProgress) => void = () => {},
): Promise<RewrapProgress> {
  const unreadable = new Set<string>();
  let progress: RewrapProgress = { rewrapped: 0, unreadable: 0, left: await countOthers(ctx, unreadable) };
  while (progress.left > 0) {
    const batch = await runAs(ctx, ACTOR, (tx) => rewrapBatch(tx, ctx, unreadable));
    const left = await countOthers(ctx, unreadable);
    progress = { rewrapped: progress.rewrapped + batch, unreadable: unreadable.size, left };
    onProgress(progress);
  }
  return progress;
}

async function rewrapBatch(
  tx: ActorDb,
  { vault }: Pick<ServiceContext, "vault">,
  unreadable: Set<string>,
): Promise<number> {
  const keys = await tx.execute<StoredKey>(sql`
    select id, user_id, organization_id, slot, sealed, kek_id, fingerprint, hint, key_version,
      verified_at is not null as verified
    from private.ai_provider_keys
    where kek_id <> ${vault.primaryId} and id <> all (${idsOf(unreadable)})
    order by id limit ${BATCH} for update`);
  let rewrapped = 0;
  for (const key of keys) {
    const place = { owner: ownerOfKey(key), provider: "anthropic", slot: key.slot } as const;
    const opened = await vault.open(key.sealed, place).catch(absent);
    if (opened === undefined) {
      unreadable.add(key.id);
      continue;
    }
    const { sealed, kekId, fingerprint } = await vault.seal(opened, place);
    await tx.execute(sql`
      update private.ai_provider_keys set sealed = ${sealed}, kek_id = ${kekId}, fingerprint = ${fingerprint}
      where id = ${key.id}::uuid`);
    rewrapped += 1;
  }
  return rewrapped;
}

function countOthers(
  ctx: Pick<ServiceContext, "database" | "vault">,
  unreadable: Set<string>,
): Promise<number> {
  return runAs(ctx, ACTOR, async (tx) => {
    const [row] = await tx.execute<{ count: number }>(sql`
      select count(*)::int as count from private.ai_provider_keys
      where kek_id <> ${ctx.vault.primaryId} and id <> all (${idsOf(unreadable)})`);
    return row?.count ?? 0;
  });
}

function idsOf(ids: Set<string>) {
  return sql`${`{${[...ids].join(",")}}`}::uuid[]`;
}

function absent(error: unknown): undefined {
  if (error instanceof AIConfigError && error.code === "KEY_UNREADABLE") return undefined;
  throw error;
}
