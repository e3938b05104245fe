import type { ServiceContext } from "../context.ts";
import { runRead } from "../run-read.ts";

/**
 * Writes the records of calls that are booked and wait for the ledger, whichever process settled them, so that whoever reads
 * it next finds all calls that have ended.
 */
export async function writePendingCalls({ database }: Pick<ServiceContext, "database">): Promise<void> {
  const client = database.db.$client;
  await runRead(async () => {
    for (;;) {
      const [row] = await client<{ written: number }[]>`select private.write_pending_calls(null) as written`;
      if (row === undefined || row.written === 0) return;
    }
  });
}
