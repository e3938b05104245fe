import { rotationDueAt } from "@ai-config/config-core";
import { type Actor, sql } from "@ai-config/db";

import { getOwnerConfiguration } from "../configuration/get-owner-configuration.ts";
import { ownedBy, requireVisible } from "../configuration/stored-configuration.ts";
import type { ServiceContext } from "../context.ts";
import { isoTime } from "../iso-time.ts";
import type { Owner } from "../owner.ts";
import { runAs } from "../run-as.ts";
import type { KeySlot } from "./key-vault.ts";
import { isReadable, readStoredKeys } from "./stored-key.ts";

/** A key as people see it. */
export interface KeyListing {
  readonly owner: Owner["type"];
  readonly slot: KeySlot;
  readonly hint: string;
  readonly keyVersion: number;
  readonly status: "active" | "grace" | "revoked";
  readonly verified: boolean;
  /** False where it cannot be opened any more and has to be entered again; calls with it fail. */
  readonly readable: boolean;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  /** When the primary key is due by the rotation schedule that applies to its owner; null where none is set. */
  readonly dueAt: string | null;
}

/** An owner's keys by hint, the primary one first; those whose overlap is over are left out. */
export async function listKeys(
  ctx: ServiceContext,
  { actor, owner }: { actor: Actor; owner: Owner },
): Promise<KeyListing[]> {
  const found = await readListings(ctx, { actor, owner });
  if (found.length === 0) return found;
  const lost = await unreadableSlots(ctx, owner);
  const keys = found.map((key) => ({ ...key, readable: !lost.includes(key.slot) }));
  const { configuration } = await getOwnerConfiguration(ctx, { actor, owner });
  const { rotationSchedule } = configuration.apiKeys;
  return keys.map((key) =>
    key.slot === "secondary"
      ? key
      : { ...key, dueAt: rotationDueAt(new Date(key.createdAt), rotationSchedule)?.toISOString() ?? null },
  );
}

/** As a service: people cannot read what is sealed. */
async function unreadableSlots(ctx: ServiceContext, owner: Owner): Promise<KeySlot[]> {
  const keys = await runAs(ctx, { type: "service", name: "list-keys" }, (tx) =>
    readStoredKeys(tx, ownedBy(owner)),
  );
  const opened = await Promise.all(keys.map((key) => isReadable(ctx.vault, key)));
  return keys.filter((_key, index) => !opened[index]).map((key) => key.slot);
}

function readListings(
  ctx: ServiceContext,
  { actor, owner }: { actor: Actor; owner: Owner },
): Promise<KeyListing[]> {
  return runAs(ctx, actor, async (tx) => {
    await requireVisible(tx, actor, owner, ["keys:read", "keys:write"]);
    const rows = await tx.execute<{
      slot: KeySlot;
      hint: string;
      key_version: number;
      status: KeyListing["status"];
      verified: boolean;
      created_at: string;
      expires_at: string | null;
    }>(sql`
      select slot, hint, key_version, status, verified_at is not null as verified,
        ${isoTime("created_at")}, ${isoTime("expires_at")}
      from private.ai_provider_keys
      where provider = 'anthropic' and ${ownedBy(owner)}
        and (expires_at is null or expires_at > clock_timestamp())
      order by slot`);
    return rows.map((row) => ({
      owner: owner.type,
      slot: row.slot,
      hint: row.hint,
      keyVersion: row.key_version,
      status: row.status,
      verified: row.verified,
      readable: true,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      dueAt: null,
    }));
  });
}
