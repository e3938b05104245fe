import { AIConfigError } from "@ai-config/config-core";
import { type ActorDb, sql } from "@ai-config/db";

import type { Fragment } from "../iso-time.ts";
import type { Owner } from "../owner.ts";
import type { KeySlot, KeyVault } from "./key-vault.ts";

/** A sealed key as services read it. */
export interface StoredKey extends Record<string, unknown> {
  id: string;
  user_id: string | null;
  organization_id: string | null;
  slot: KeySlot;
  sealed: string;
  kek_id: string;
  fingerprint: string;
  hint: string;
  key_version: number;
  verified: boolean;
}

/** The keys that match and are in force. Only a service may read them. */
export async function readStoredKeys(tx: ActorDb, where: Fragment): Promise<StoredKey[]> {
  return tx.execute<StoredKey>(sql`
    select id, user_id, organization_id, slot, sealed, kek_id, fingerprint, hint, key_version,
      verified_at is not null as verified
    from private.ai_provider_keys
    where provider = 'anthropic' and status <> 'revoked'
      and (expires_at is null or expires_at > clock_timestamp()) and (${where})`);
}

/** The owner that a stored key belongs to. */
export function ownerOfKey(key: Pick<StoredKey, "user_id" | "organization_id">): Owner {
  return key.organization_id === null
    ? { type: "user", userId: key.user_id ?? "" }
    : { type: "organization", organizationId: key.organization_id };
}

/** False where no master key of the ring opens it, or somebody altered it: then it has to be entered again. */
export async function isReadable(vault: KeyVault, key: StoredKey): Promise<boolean> {
  try {
    await vault.open(key.sealed, { owner: ownerOfKey(key), provider: "anthropic", slot: key.slot });
    return true;
  } catch (error) {
    if (error instanceof AIConfigError && error.code === "KEY_UNREADABLE") return false;
    throw error;
  }
}
