import { AIConfigError } from "@ai-config/config-core";
import { type Database, isDatabaseUnavailable, wasOvertaken } from "@ai-config/db";

import { createGroupCommit } from "../admission/group-commit.ts";
import type { LedgerEntry } from "./ledger-entry.ts";
import { usageColumns } from "./usage-columns.ts";

/** Where entries go whose cost is counted somewhere else than in Postgres. */
export interface PostgresLedger {
  /** Resolves when the entry is on disk. One that is there already counts as written. */
  write(entry: LedgerEntry): Promise<void>;
  /** Resolves when nothing waits to be written. */
  close(): Promise<void>;
}

const BATCH_MAX = 128;
const PREPARED = { prepare: true };

/**
 * The ledger in Postgres, for `writeEntry` of the store in Redis: what is written at the same moment shares a statement.
 * Throws DATABASE_UNAVAILABLE while the database is away; the store then keeps the entry and tries again.
 */
export function createPostgresLedger({ database }: { database: Database }): PostgresLedger {
  const client = database.db.$client;
  const writes = createGroupCommit(
    async (entries: readonly LedgerEntry[]) => {
      const calls = entries.map((entry) => `["${entry.id}","${entry.cost}",[],[],${usageColumns(entry)}]`);
      try {
        await client.unsafe("select private.record_calls($1)", [`[${calls.join(",")}]`], PREPARED);
      } catch (error) {
        // Without the cause, which holds the statement and its values.
        if (isDatabaseUnavailable(error) || wasOvertaken(error))
          throw new AIConfigError("DATABASE_UNAVAILABLE");
        throw error;
      }
      return entries;
    },
    { batchMax: BATCH_MAX, isOfOne: (error) => !(error instanceof AIConfigError) },
  );
  return {
    write: async (entry) => void (await writes.add(entry)),
    close: () => writes.idle(),
  };
}
