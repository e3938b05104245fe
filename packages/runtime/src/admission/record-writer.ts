import type { Settlement } from "./admission-store.ts";
import { type QueueTimers, systemTimers } from "./queue-timers.ts";

/** So long records gather: what a crash of a process and its database at the same moment can take along. */
const DELAY_MS = 50;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 60_000;
/** How long a process that ends waits for a database that is away. */
const CLOSE_MS = 5_000;

/** Writes the records of calls that are booked, those of many calls at once. */
export interface RecordWriter {
  add(settlements: readonly Settlement[]): void;
  /** Resolves when all records are written, or a database that is away has been waited for long enough. */
  close(): Promise<void>;
}

export interface RecordWriterOptions {
  /**
   * Resolves when the records of these calls, and all that was booked before, are on disk; but for the ids that it answers,
   * of which the database knows nothing any more.
   */
  write(ids: readonly string[]): Promise<readonly string[]>;
  /** Books a call again that may have been lost, once. It may come back by `add`. */
  settleAgain(settlement: Settlement): Promise<void>;
  readonly timers?: QueueTimers;
}

/**
 * A call is booked without waiting for the disk. Here it is remembered until its record was written, which says that all
 * before it is on disk too. Where writing fails the database may have crashed and lost what it answered, so each call that
 * is not known to be on disk is settled again.
 */
export function createRecordWriter(options: RecordWriterOptions): RecordWriter {
  const { write, settleAgain, timers = systemTimers } = options;
  let waiting = new Map<string, Settlement>();
  /** Booked, and perhaps lost. */
  const doubtful = new Map<string, Settlement>();
  let pauseMs = FIRST_PAUSE_MS;
  let cancel: (() => void) | undefined;
  let running: Promise<void> | undefined;

  function schedule(): void {
    if (waiting.size === 0 && doubtful.size === 0) return;
    cancel ??= timers.schedule(run, waiting.size > 0 ? DELAY_MS : pauseMs);
  }

  function unschedule(): void {
    cancel?.();
    cancel = undefined;
  }

  function run(): void {
    unschedule();
    running ??= writeAll().finally(() => {
      running = undefined;
      schedule();
    });
  }

  async function writeAll(): Promise<void> {
    const batch = waiting;
    waiting = new Map();
    // A database that takes new records is worth being asked for the doubtful ones again.
    const isBack = batch.size === 0 || (await tryWrite(batch));
    if (isBack && doubtful.size > 0) await trySettleAgain();
    pauseMs = doubtful.size === 0 ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, pauseMs * 4);
  }

  async function tryWrite(batch: ReadonlyMap<string, Settlement>): Promise<boolean> {
    try {
      for (const id of await write([...batch.keys()])) {
        const settlement = batch.get(id);
        if (settlement !== undefined) doubtful.set(id, settlement);
      }
      return true;
    } catch {
      for (const [id, settlement] of batch) doubtful.set(id, settlement);
      return false;
    }
  }

  async function trySettleAgain(): Promise<void> {
    const again = [...doubtful];
    const outcomes = await Promise.allSettled(again.map(([, settlement]) => settleAgain(settlement)));
    for (const [index, [id]] of again.entries()) {
      if (outcomes[index]?.status === "fulfilled") doubtful.delete(id);
    }
  }

  return {
    add(settlements) {
      // As the database writes ids.
      for (const settlement of settlements) waiting.set(settlement.admission.id.toLowerCase(), settlement);
      if (running === undefined) schedule();
    },
    async close() {
      const end = timers.now() + CLOSE_MS;
      for (;;) {
        run();
        await running;
        unschedule();
        if ((waiting.size === 0 && doubtful.size === 0) || timers.now() >= end) return;
        if (waiting.size === 0)
          await new Promise<void>((resolve) => timers.schedule(resolve, FIRST_PAUSE_MS));
      }
    },
  };
}
