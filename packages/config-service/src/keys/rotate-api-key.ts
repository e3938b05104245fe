import { AIConfigError, maskKey, type Secret } from "@ai-config/config-core";
import { type Actor, type ActorDb, sql, withServiceRights } from "@ai-config/db";

import { ownedBy, requireAdmin, requireStillAdmin } from "../configuration/stored-configuration.ts";
import type { ServiceContext } from "../context.ts";
import { forgetOwner } from "../forget-owner.ts";
import { type Owner, ownerId } from "../owner.ts";
import { runAs } from "../run-as.ts";
import type { KeySlot, SealedKey } from "./key-vault.ts";
import { readNewKey } from "./read-new-key.ts";
import { isReadable, readStoredKeys, type StoredKey } from "./stored-key.ts";
import { tryKey } from "./try-key.ts";

/**
 * How long the former key stays usable. A day lets workers that opened it finish, and leaves a working day to
 * notice that the new key has too low a limit; longer would keep a leaked key alive.
 */
const OVERLAP_MS = 24 * 60 * 60_000;

/** Other rotations of the same owner may come first a few times, but not forever. */
const ATTEMPTS_MAX = 8;

export interface RotateApiKeyInput {
  readonly actor: Actor;
  readonly owner: Owner;
  readonly newKey: string;
  /** How long the former key stays usable; 0 ends it at once. */
  readonly overlapMs?: number | undefined;
}

export interface RotateApiKeyResult {
  readonly keyVersion: number;
  readonly hint: string;
  /** False when Anthropic could not be asked: the key is stored and may still turn out wrong. */
  readonly verified: boolean;
  readonly previousHint: string | null;
}

/**
 * Puts a new key in the place of the present one, which stays usable for the overlap. A key that Anthropic
 * refuses changes nothing; the key that is there already is a success that changes nothing, so that a request
 * may be repeated when its answer was lost.
 */
export async function rotateApiKey(
  ctx: ServiceContext,
  input: RotateApiKeyInput,
): Promise<RotateApiKeyResult> {
  const { actor, owner } = input;
  const newKey = readNewKey(input.newKey);
  await runAs(ctx, actor, (tx) => requireAdmin(tx, actor, owner, ["keys:write"]));

  const present = await readKeys(ctx, owner);
  if (present.primary?.verified && (await isCurrent(ctx, present.primary, newKey))) return unchanged(present);
  const verdict = await tryKey(ctx.fetch, ctx.environment.baseUrl, newKey);
  if (verdict === "refused") throw new AIConfigError("KEY_REFUSED");

  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const keys = attempt === 1 ? present : await readKeys(ctx, owner);
    if (await isCurrent(ctx, keys.primary, newKey)) {
      if (verdict !== "accepted" || keys.primary?.verified) return unchanged(keys);
      await markVerified(ctx, input, keys.primary as StoredKey);
      return unchanged({ ...keys, primary: { ...(keys.primary as StoredKey), verified: true } });
    }
    const result = await replaceKey(ctx, input, newKey, keys, verdict === "accepted");
    if (result === undefined) continue;
    forgetOwner(ctx, owner);
    return result;
  }
  throw new AIConfigError("CONFIGURATION_STALE");
}

/** A key that was stored while Anthropic could not be asked is known to be good now. */
async function markVerified(
  ctx: ServiceContext,
  { actor, owner }: RotateApiKeyInput,
  { id, key_version: keyVersion }: StoredKey,
): Promise<void> {
  await runAs(ctx, actor, async (tx) => {
    await requireAdmin(tx, actor, owner, ["keys:write"]);
    await withServiceRights(tx);
    await tx.execute(sql`
      update private.ai_provider_keys set verified_at = now()
      where id = ${id}::uuid and key_version = ${keyVersion} and verified_at is null`);
  });
  forgetOwner(ctx, owner);
}

interface PresentKeys {
  readonly primary: StoredKey | undefined;
  readonly secondary: StoredKey | undefined;
}

/** As a service: users cannot read what is sealed, and the former key has to be sealed for its new slot. */
async function readKeys(ctx: ServiceContext, owner: Owner): Promise<PresentKeys> {
  const service: Actor = { type: "service", name: "rotate-api-key" };
  const keys = await runAs(ctx, service, (tx) => readStoredKeys(tx, ownedBy(owner)));
  const inSlot = (slot: string) => keys.find((key) => key.slot === slot);
  return { primary: inSlot("primary"), secondary: inSlot("secondary") };
}

/**
 * Writes in the name of the actor, whom the audit tells, with a service's rights: users cannot write keys by
 * themselves. Undefined: somebody came first.
 */
async function replaceKey(
  ctx: ServiceContext,
  { actor, owner, overlapMs = OVERLAP_MS }: RotateApiKeyInput,
  newKey: Secret,
  { primary }: PresentKeys,
  isVerified: boolean,
): Promise<RotateApiKeyResult | undefined> {
  const sealedNew = await ctx.vault.seal(newKey, { owner, provider: "anthropic", slot: "primary" });
  const former = primary && overlapMs > 0 ? await sealFormer(ctx, owner, primary) : undefined;
  const hint = hintOf(newKey);

  const write = async (tx: ActorDb): Promise<RotateApiKeyResult | undefined> => {
    await requireAdmin(tx, actor, owner, ["keys:write"]);
    await withServiceRights(tx);
    const locked = await tx.execute<{
      id: string;
      slot: KeySlot;
      key_version: number;
      is_usable: boolean;
    }>(sql`
      select id, slot, key_version,
        status <> 'revoked' and (expires_at is null or expires_at > now()) as is_usable
      from private.ai_provider_keys
      where provider = 'anthropic' and ${ownedBy(owner)} order by slot for update`);
    await requireStillAdmin(tx, actor, owner, "keys:write");
    const current = locked.find((row) => row.slot === "primary");
    // A revoked or expired primary was not read as present; its version still counts.
    const usable = current?.is_usable ? current : undefined;
    if (usable?.id !== primary?.id || usable?.key_version !== primary?.key_version) return undefined;
    const keyVersion = 1 + Math.max(0, ...locked.map((row) => row.key_version));
    await putKey(tx, owner, current?.id, sealedNew, { slot: "primary", hint, keyVersion, isVerified });
    const secondary = locked.find((row) => row.slot === "secondary");
    if (primary !== undefined && former !== undefined) {
      await putKey(tx, owner, secondary?.id, former, {
        slot: "secondary",
        hint: primary.hint,
        keyVersion: primary.key_version,
        isVerified: primary.verified,
        usableMs: overlapMs,
      });
    } else if (secondary !== undefined) {
      await tx.execute(sql`delete from private.ai_provider_keys where id = ${secondary.id}::uuid`);
    }
    return { keyVersion, hint, verified: isVerified, previousHint: primary?.hint ?? null };
  };

  try {
    // Two first keys at once: row locks hold nobody where there is no row, the unique slot does.
    return await runAs(ctx, actor, write, { codes: { "23505": "CONFIGURATION_STALE" } });
  } catch (error) {
    if (error instanceof AIConfigError && error.code === "CONFIGURATION_STALE") return undefined;
    throw error;
  }
}

/** A former key that cannot be opened any more is let go: being unreadable must not keep it from being replaced. */
async function sealFormer(ctx: ServiceContext, owner: Owner, key: StoredKey): Promise<SealedKey | undefined> {
  const context = { owner, provider: "anthropic" } as const;
  try {
    const opened = await ctx.vault.open(key.sealed, { ...context, slot: "primary" });
    return await ctx.vault.seal(opened, { ...context, slot: "secondary" });
  } catch (error) {
    if (!(error instanceof AIConfigError) || error.code !== "KEY_UNREADABLE") throw error;
    ctx.log("warn", "A stored key that cannot be opened was replaced without an overlap.", {
      hint: key.hint,
    });
    return undefined;
  }
}

/** Fills a slot: in its row where it has one, so that the audit shows what became of it. */
async function putKey(
  tx: ActorDb,
  owner: Owner,
  id: string | undefined,
  { sealed, kekId, fingerprint }: SealedKey,
  key: { slot: KeySlot; hint: string; keyVersion: number; isVerified: boolean; usableMs?: number },
): Promise<void> {
  const status = key.slot === "primary" ? "active" : "grace";
  const verifiedAt = sql`case when ${key.isVerified}::boolean then now() end`;
  // By the database's clock, which also judges whether it is over. No limit gives no time.
  const expiresAt = sql`clock_timestamp() + ${key.usableMs ?? null}::float8 * interval '1 millisecond'`;
  if (id !== undefined) {
    await tx.execute(sql`
      update private.ai_provider_keys
      set sealed = ${sealed}, kek_id = ${kekId}, fingerprint = ${fingerprint}, hint = ${key.hint},
        key_version = ${key.keyVersion}, status = ${status}, verified_at = ${verifiedAt}, expires_at = ${expiresAt}
      where id = ${id}::uuid`);
    return;
  }
  const column = sql.identifier(owner.type === "user" ? "user_id" : "organization_id");
  await tx.execute(sql`
    insert into private.ai_provider_keys
      (${column}, provider, slot, sealed, kek_id, fingerprint, hint, key_version, status, verified_at, expires_at)
    values (${ownerId(owner)}::uuid, 'anthropic', ${key.slot}, ${sealed}, ${kekId}, ${fingerprint}, ${key.hint},
      ${key.keyVersion}, ${status}, ${verifiedAt}, ${expiresAt})`);
}

/** The same key counts as a new one where what is stored of it cannot be opened. */
async function isCurrent(ctx: ServiceContext, primary: StoredKey | undefined, key: Secret): Promise<boolean> {
  if (primary === undefined || !ctx.vault.isSameKey(key, primary.kek_id, primary.fingerprint)) return false;
  return isReadable(ctx.vault, primary);
}

function unchanged({ primary, secondary }: PresentKeys): RotateApiKeyResult {
  if (primary === undefined) throw new AIConfigError("INTERNAL");
  const { key_version: keyVersion, hint, verified } = primary;
  return { keyVersion, hint, verified, previousHint: secondary?.hint ?? null };
}

/** The last four characters where they are plain; the database takes no others. */
function hintOf(key: Secret): string {
  const hint = maskKey(key.reveal());
  return /^sk-ant-…[A-Za-z0-9_-]{0,4}$/.test(hint) ? hint : "sk-ant-…";
}
