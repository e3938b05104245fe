import type { ServiceContext } from "../context.ts";
import { type Owner, ownerKey } from "../owner.ts";
import { runRead } from "../run-read.ts";

/** As many as the database writes in one statement. */
const PORTION = 500;
/** About a second's work. */
const PORTIONS_MAX = 20;

/**
 * Writes the records of an owner's calls that are booked and wait for the ledger, whichever process settled them, so that
 * whoever reads it next finds all calls that have ended. Each portion is there to stay; of more than 10,000 the rest is left
 * to those who sweep, as nobody waits that long for an answer.
 */
export async function writePendingCalls(
  { database }: Pick<ServiceContext, "database">,
  owner: Owner,
): Promise<void> {
  const client = database.db.$client;
  await runRead(async () => {
    for (let portion = 0; portion < PORTIONS_MAX; portion += 1) {
      const [row] = await client<{ written: number }[]>`
        select private.write_pending_calls_of(${[ownerKey(owner)]}) as written`;
      if (row === undefined || row.written < PORTION) return;
    }
  });
}
