import type { LedgerEntry } from "../../ledger/ledger-entry.ts";
import type { LedgerWriter } from "../../ledger/ledger-writer.ts";
import type { BudgetAlert } from "../admission-store.ts";
import { alertField, type OutboxItem, readItem } from "./outbox-item.ts";
import type { SendCommand } from "./run-script.ts";

export interface OutboxOptions {
  readonly send: SendCommand;
  readonly key: string;
  readonly ledger: LedgerWriter;
  readonly onWriteError: (error: unknown) => void;
  readonly now: () => number;
}

/**
 * Entries that are booked and alerts that are due, and not yet in the ledger. The step that books a cost puts them here;
 * they leave when they are written, so that no crash in between loses one.
 */
export interface Outbox {
  /** Writes an entry that was just booked, without being waited for. */
  deliverEntry(entry: LedgerEntry): void;
  /** Writes alerts that just became due, without being waited for. */
  deliverAlerts(alerts: readonly BudgetAlert[]): void;
  /** Writes what somebody else left behind. */
  redeliver(): Promise<void>;
  /** Until nothing is being written any more. */
  settle(): Promise<void>;
}

/** Whoever put something here has so long to write it. */
const LEFT_BEHIND_MS = 60_000;

export function createOutbox({ send, key, ledger, onWriteError, now }: OutboxOptions): Outbox {
  const underWay = new Set<Promise<void>>();

  async function write(field: string, item: OutboxItem): Promise<void> {
    try {
      await ("entry" in item ? ledger.write(item.entry) : ledger.writeAlert(item.alert));
      await send(["HDEL", key, field]);
    } catch (error) {
      onWriteError(error);
    }
  }

  function deliver(field: string, item: OutboxItem): void {
    const written = write(field, item).finally(() => underWay.delete(written));
    underWay.add(written);
  }

  return {
    deliverEntry: (entry) => deliver(entry.id, { entry }),
    deliverAlerts(alerts) {
      for (const alert of alerts) deliver(alertField(alert), { alert });
    },
    async redeliver() {
      let cursor = "0";
      do {
        const [next, found] = (await send(["HSCAN", key, cursor, "COUNT", "100"])) as [string, string[]];
        for (let index = 1; index < found.length; index += 2) {
          const field = found[index - 1] as string;
          const { at, item } = readItem(field, found[index] as string);
          if (at + LEFT_BEHIND_MS <= now()) await write(field, item);
        }
        cursor = next;
      } while (cursor !== "0");
    },
    async settle() {
      await Promise.all(underWay);
    },
  };
}
