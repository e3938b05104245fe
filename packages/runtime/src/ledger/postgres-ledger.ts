import { AIConfigError, type Usd } from "@ai-config/config-core";
import { type Database, isDatabaseUnavailable, wasOvertaken } from "@ai-config/db";

import { createGroupCommit } from "../admission/group-commit.ts";
import { scopeKey } from "../admission/parsed-limits.ts";
import type { Ledger } from "./ledger.ts";
import type { LedgerEntry } from "./ledger-entry.ts";
import { usageColumns } from "./usage-columns.ts";

/** Where entries and alerts go whose costs are counted somewhere else than in Postgres. */
export interface PostgresLedger extends Ledger {
  /** Resolves when no entry waits to be written. */
  close(): Promise<void>;
}

const BATCH_MAX = 128;
const PREPARED = { prepare: true };

/**
 * The ledger in Postgres, for the store in Redis: entries that are written at the same moment share a statement. What is
 * written is on disk. Throws DATABASE_UNAVAILABLE while the database is away; the store then keeps the entry and tries again.
 */
export function createPostgresLedger({ database }: { database: Database }): PostgresLedger {
  const client = database.db.$client;

  async function run(statement: string, text: string): Promise<unknown> {
    try {
      const [row] = await client.unsafe(statement, [text], PREPARED);
      return row?.answer;
    } catch (error) {
      // Without the cause, which holds the statement and its values.
      if (isDatabaseUnavailable(error) || wasOvertaken(error))
        throw new AIConfigError("DATABASE_UNAVAILABLE");
      throw error;
    }
  }

  const writes = createGroupCommit(
    async (entries: readonly LedgerEntry[]) => {
      const calls = entries.map((entry) => `["${entry.id}","${entry.cost}",[],[],${usageColumns(entry)}]`);
      await run("select private.record_calls($1)", `[${calls.join(",")}]`);
      return entries;
    },
    { batchMax: BATCH_MAX, isOfOne: (error) => !(error instanceof AIConfigError) },
  );
  const questions = createGroupCommit(
    async (ids: readonly string[]) => {
      const answer = await run("select private.known_calls($1) as answer", JSON.stringify(ids));
      return JSON.parse(String(answer)) as boolean[];
    },
    { batchMax: BATCH_MAX, isOfOne: () => false },
  );
  return {
    has: (id) => questions.add(id),
    write: async (entry) => void (await writes.add(entry)),
    async writeAlert({ scope, period, threshold, limit, spent, startsAt, resetsAt }) {
      const alert = [
        scopeKey(scope),
        period,
        String(threshold),
        limit,
        spent,
        startsAt.getTime(),
        resetsAt.getTime(),
      ];
      await run("select private.record_alerts($1)", JSON.stringify([alert]));
    },
    async spentIn(windows) {
      const asked = windows.map(({ scope, startsAt, resetsAt }) => [
        scopeKey(scope),
        startsAt.getTime(),
        resetsAt.getTime(),
      ]);
      const answer = await run("select private.spent_in_windows($1) as answer", JSON.stringify(asked));
      return JSON.parse(String(answer)) as Usd[];
    },
    close: () => writes.idle(),
  };
}
