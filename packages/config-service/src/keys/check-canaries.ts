import { AIConfigError } from "@ai-config/config-core";
import { asActor, type Database, sql } from "@ai-config/db";

import type { KeyVault } from "./key-vault.ts";

/**
 * Proves that the master keys are the ones the stored keys were sealed with. A master key seen for the first
 * time leaves a canary; one that left the ring while keys are still sealed with it stops the start, since
 * those keys would be lost without anybody noticing.
 */
export async function checkCanaries(database: Database, vault: KeyVault): Promise<void> {
  const canaries = await Promise.all(
    vault.ids.map(async (id) => ({ id, sealed: await vault.sealCanary(id) })),
  );
  // A refusal takes the transaction along: a start that came to nothing leaves no canary.
  await asActor(database, { type: "service", name: "key-vault" }, async (tx) => {
    for (const { id, sealed } of canaries) {
      await tx.execute(sql`
        insert into private.kek_canaries (kek_id, sealed) values (${id}, ${sealed}) on conflict (kek_id) do nothing`);
    }
    const stored = await tx.execute<{ kek_id: string; sealed: string }>(
      sql`select kek_id, sealed from private.kek_canaries`,
    );
    for (const { kek_id: id, sealed } of stored) {
      if (vault.ids.includes(id) && !(await vault.opensCanary(id, sealed))) throw wrongKey(vault, [id]);
    }
    const used = await tx.execute<{ kek_id: string }>(
      sql`select distinct kek_id from private.ai_provider_keys where status <> 'revoked'`,
    );
    const missing = used.map((row) => row.kek_id).filter((id) => !vault.ids.includes(id));
    if (missing.length > 0) throw wrongKey(vault, missing);
  });
}

function wrongKey({ source }: KeyVault, ids: readonly string[]): AIConfigError {
  return new AIConfigError("KEY_UNREADABLE", {
    message: `Stored keys cannot be opened: ${source} lacks the master key ${ids.join(", ")}. Add it behind the others.`,
  });
}
