import { AIConfigError } from "@ai-config/config-core";
import type { Log } from "@ai-config/config-service";

import { errorCode } from "../failures/error-code.ts";
import type { Settlement } from "./admission-store.ts";
import { type QueueTimers, systemTimers } from "./queue-timers.ts";
import { IDS_MAX, toldSettlements } from "./told-settlements.ts";
import { waitAtMost } from "./wait-at-most.ts";

/** So long records gather: what a crash of a process and its database at the same moment can take along. */
const DELAY_MS = 50;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 60_000;
/** Records in one statement, which must not take long. */
const PORTION = 500;
/** Calls that are settled again at one moment: as many as share a statement. */
const AGAIN_PORTION = 128;
/** A database that writes nothing for long may not take all memory of the process. */
const KEPT_MAX = 20_000;

/** Writes the records of calls that are booked, those of many calls at once. */
export interface RecordWriter {
  add(settlements: readonly Settlement[]): void;
  /** Resolves when all records are written, at the latest when told: what is not written by then is told by its ids. */
  close(withinMs: number): Promise<void>;
}

export interface RecordWriterOptions {
  /**
   * Resolves when the records of these calls, and all that was booked before, are on disk; but for the ids that it answers,
   * of which the database knows nothing any more.
   */
  write(ids: readonly string[]): Promise<readonly string[]>;
  /** Books a call again that was lost, once. It may come back by `add`. */
  settleAgain(settlement: Settlement): Promise<void>;
  readonly log: Log;
  readonly timers?: QueueTimers;
  /** How many calls are remembered: beyond that those that came first are forgotten. */
  readonly keptMax?: number;
}

/**
 * A call is booked without waiting for the disk. Here it is remembered until its record was written, which says that all
 * before it is on disk too, and of which calls a database that crashed meanwhile knows nothing: these are settled again.
 * While either fails both are tried ever more seldom.
 */
export function createRecordWriter(options: RecordWriterOptions): RecordWriter {
  const { write, settleAgain, log, timers = systemTimers, keptMax = KEPT_MAX } = options;
  /** Booked, and perhaps not on disk; by id, those that came first in front. */
  const waiting = new Map<string, Settlement>();
  /** Booked, and lost by the database. */
  const lost = new Map<string, Settlement>();
  let pauseMs: number | undefined;
  let cancel: (() => void) | undefined;
  let running: Promise<void> | undefined;
  let isClosing = false;
  /** Why the last try came to nothing. */
  let failure: unknown;

  function schedule(): void {
    if (waiting.size === 0 && lost.size === 0) return;
    cancel ??= timers.schedule(run, pauseMs ?? DELAY_MS);
  }

  function unschedule(): void {
    cancel?.();
    cancel = undefined;
  }

  function run(): void {
    unschedule();
    running ??= tryAll().finally(() => {
      running = undefined;
      schedule();
    });
  }

  async function tryAll(): Promise<void> {
    try {
      await writeAll();
      await settleLost();
      pauseMs = undefined;
      failure = undefined;
    } catch (error) {
      failure = error;
      pauseMs = pauseMs === undefined ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, pauseMs * 4);
      // Tried again all the time then, and what comes of it is told at the end.
      if (isClosing) return;
      log("warn", "Records of calls that are booked could not be written yet. They are tried again.", {
        code: "RECORDS_LATE",
        cause: errorCode(error),
        ...toldSettlements([...lost.values(), ...waiting.values()]),
      });
    }
  }

  async function writeAll(): Promise<void> {
    // What comes meanwhile waits for the next time, so that it gathers.
    for (let left = waiting.size; left > 0; left -= PORTION) {
      const ids = [...waiting.keys()].slice(0, Math.min(PORTION, left));
      for (const id of await write(ids)) {
        const settlement = waiting.get(id);
        if (settlement !== undefined) lost.set(id, settlement);
      }
      for (const id of ids) waiting.delete(id);
    }
    if (lost.size > keptMax) giveUpAll([...lost.values()].slice(0, lost.size - keptMax));
  }

  async function settleLost(): Promise<void> {
    for (const again = [...lost]; again.length > 0; ) {
      const portion = again.splice(0, AGAIN_PORTION);
      const outcomes = await Promise.allSettled(portion.map(([, settlement]) => settleAgain(settlement)));
      let untaken: unknown;
      for (const [index, [id, settlement]] of portion.entries()) {
        const outcome = outcomes[index];
        if (outcome?.status !== "rejected") lost.delete(id);
        else if (outcome.reason instanceof AIConfigError) untaken = outcome.reason;
        // It is not the store that is away, so this one will never be taken.
        else giveUp([settlement], outcome.reason);
      }
      if (untaken !== undefined) throw untaken;
    }
  }

  function forgetFirst(): void {
    // More than are too many, so that this is not told with each call.
    const forgotten = [...waiting.values()].slice(0, waiting.size - Math.floor(0.9 * keptMax));
    for (const { admission } of forgotten) waiting.delete(admission.id.toLowerCase());
    log("warn", "Too many records of calls wait. A sweep writes those that are left to it.", {
      code: "RECORDS_LEFT",
      ...toldSettlements(forgotten),
    });
  }

  function giveUp(settlements: readonly Settlement[], error?: unknown): void {
    log(
      "error",
      "Costs of calls may not be booked. Look for them in the ledger, and add those that are missing.",
      {
        code: "COSTS_NOT_BOOKED",
        ...(error !== undefined && { cause: errorCode(error) }),
        ...toldSettlements(settlements),
      },
    );
    for (const { admission } of settlements) {
      waiting.delete(admission.id.toLowerCase());
      lost.delete(admission.id.toLowerCase());
    }
  }

  function giveUpAll(settlements: readonly Settlement[], error?: unknown): void {
    for (let at = 0; at < settlements.length; at += IDS_MAX)
      giveUp(settlements.slice(at, at + IDS_MAX), error);
  }

  return {
    add(settlements) {
      // As the database writes ids.
      for (const settlement of settlements) waiting.set(settlement.admission.id.toLowerCase(), settlement);
      if (waiting.size > keptMax) forgetFirst();
      if (running === undefined) schedule();
    },
    async close(withinMs) {
      isClosing = true;
      const end = timers.now() + withinMs;
      for (;;) {
        run();
        await waitAtMost(timers, end - timers.now(), running ?? Promise.resolve());
        unschedule();
        if ((waiting.size === 0 && lost.size === 0) || timers.now() >= end) break;
        if (pauseMs !== undefined) {
          await new Promise<void>((resolve) => {
            timers.schedule(resolve, Math.min(FIRST_PAUSE_MS, end - timers.now()));
          });
        }
      }
      giveUpAll([...lost.values(), ...waiting.values()], failure);
    },
  };
}
