import { AIConfigError } from "@ai-config/config-core";

import type { Ledger } from "../../ledger/ledger.ts";
import type { LedgerEntry } from "../../ledger/ledger-entry.ts";
import type { BudgetAlert } from "../admission-store.ts";
import { alertField, type OutboxItem, readItem } from "./outbox-item.ts";
import { askServer, type SendCommand } from "./run-script.ts";

export interface OutboxOptions {
  readonly send: SendCommand;
  readonly key: string;
  readonly ledger: Ledger;
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
  /** Writes alerts that just became due. Who waits for it never hears of a failure: what is left behind is written later. */
  deliverAlerts(alerts: readonly BudgetAlert[]): Promise<void>;
  /** Writes what somebody else left behind. */
  redeliver(): Promise<void>;
  /**
   * Writes the entries that wait and are meant, even those that somebody else is writing at this moment. Throws
   * DATABASE_UNAVAILABLE while the ledger or the server is away.
   */
  flush(isMeant: (entry: LedgerEntry) => boolean): Promise<void>;
  /** Until nothing is being written any more. */
  settle(): Promise<void>;
}

/** Whoever put something here has so long to write it. */
const LEFT_BEHIND_MS = 60_000;
const SCAN_COUNT = "100";

interface Waiting {
  readonly field: string;
  readonly at: number;
  readonly item: OutboxItem;
}

export function createOutbox({ send, key, ledger, onWriteError, now }: OutboxOptions): Outbox {
  const underWay = new Set<Promise<void>>();

  async function write(field: string, item: OutboxItem): Promise<void> {
    await ("entry" in item ? ledger.write(item.entry) : ledger.writeAlert(item.alert));
    await askServer(send, ["HDEL", key, field]);
  }

  function deliver(field: string, item: OutboxItem): Promise<void> {
    const written = write(field, item)
      .catch(onWriteError)
      .finally(() => underWay.delete(written));
    underWay.add(written);
    return written;
  }

  /** Writes what waits and is meant, many at once; what cannot be written for its own sake is told and left. */
  async function writeWaiting(isMeant: (waiting: Waiting) => boolean): Promise<void> {
    let cursor = "0";
    do {
      const scan = ["HSCAN", key, cursor, "COUNT", SCAN_COUNT];
      const [next, found] = (await askServer(send, scan)) as [string, string[]];
      const meant = readFound(found).filter(isMeant);
      const writes = await Promise.allSettled(meant.map(({ field, item }) => write(field, item)));
      const failures = writes.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
      const away = failures.find(isUnavailable);
      if (away !== undefined) throw away;
      for (const failure of failures) onWriteError(failure);
      cursor = next;
    } while (cursor !== "0");
  }

  return {
    deliverEntry: (entry) => void deliver(entry.id, { entry }),
    async deliverAlerts(alerts) {
      await Promise.all(alerts.map((alert) => deliver(alertField(alert), { alert })));
    },
    async redeliver() {
      try {
        await writeWaiting(({ at }) => at + LEFT_BEHIND_MS <= now());
      } catch (error) {
        // One word for all of them: as many may wait as were made while the ledger was away.
        onWriteError(error);
      }
    },
    flush: (isMeant) => writeWaiting(({ item }) => "entry" in item && isMeant(item.entry)),
    async settle() {
      await Promise.all(underWay);
    },
  };
}

function readFound(found: readonly string[]): Waiting[] {
  const waiting: Waiting[] = [];
  for (let index = 1; index < found.length; index += 2) {
    const field = found[index - 1] as string;
    waiting.push({ field, ...readItem(field, found[index] as string) });
  }
  return waiting;
}

function isUnavailable(error: unknown): boolean {
  return error instanceof AIConfigError && error.code === "DATABASE_UNAVAILABLE";
}
