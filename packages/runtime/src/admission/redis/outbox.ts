import type { LedgerEntry } from "../../ledger/ledger-entry.ts";
import type { SendCommand } from "./run-script.ts";

export interface OutboxOptions {
  readonly send: SendCommand;
  readonly key: string;
  readonly writeEntry: (entry: LedgerEntry) => Promise<void>;
  readonly onWriteError: (error: unknown) => void;
  readonly now: () => number;
}

/**
 * Entries that are booked and not yet in the ledger. A settlement puts its entry here in the step that books the cost;
 * it leaves when it is written, so that no crash in between loses it.
 */
export interface Outbox {
  pack(entry: LedgerEntry): string;
  /** Writes an entry that was just booked, without being waited for. */
  deliver(entry: LedgerEntry): void;
  /** Writes what somebody else left behind. */
  redeliver(): Promise<void>;
  /** Until nothing is being written any more. */
  settle(): Promise<void>;
}

/** Whoever booked an entry has so long to write it. */
const LEFT_BEHIND_MS = 60_000;

export function createOutbox({ send, key, writeEntry, onWriteError, now }: OutboxOptions): Outbox {
  const underWay = new Set<Promise<void>>();

  async function write(entry: LedgerEntry): Promise<void> {
    try {
      await writeEntry(entry);
      await send(["HDEL", key, entry.id]);
    } catch (error) {
      onWriteError(error);
    }
  }

  return {
    pack: (entry) => JSON.stringify({ at: now(), entry }),
    deliver(entry) {
      const written = write(entry).finally(() => underWay.delete(written));
      underWay.add(written);
    },
    async redeliver() {
      let cursor = "0";
      do {
        const [next, found] = (await send(["HSCAN", key, cursor, "COUNT", "100"])) as [string, string[]];
        for (let index = 1; index < found.length; index += 2) {
          const { at, entry } = JSON.parse(found[index] as string) as { at: number; entry: LedgerEntry };
          if (at + LEFT_BEHIND_MS <= now()) await write({ ...entry, startedAt: new Date(entry.startedAt) });
        }
        cursor = next;
      } while (cursor !== "0");
    },
    async settle() {
      await Promise.all(underWay);
    },
  };
}
