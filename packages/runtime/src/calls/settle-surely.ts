import type { Log } from "@ai-config/config-service";

import type { AdmissionStore, Settled, Settlement } from "../admission/admission-store.ts";
import { type QueueTimers, systemTimers } from "../admission/queue-timers.ts";
import { IDS_MAX, toldSettlements } from "../admission/told-settlements.ts";
import { errorCode } from "../failures/error-code.ts";

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 60_000;
/** How often a process that ends tries again. */
const LAST_PAUSE_MS = 250;
/** A store that is away for long may not take all memory of the process. */
const LATE_MAX = 10_000;

/** SQLSTATE classes of what a record can be refused for: its data, and constraints. */
const REFUSALS = /^(?:22|23)/;

/** Books what calls cost, if need be later: an answer that was paid for is not lost because a store is away. */
export interface Settler {
  /** Undefined where it could not be booked yet. */
  settle(settlement: Settlement): Promise<Settled | undefined>;
  /** Waits until everything is booked, no longer than told. What is not booked by then is told by its ids. */
  drain(withinMs: number): Promise<void>;
}

export interface SettlerOptions {
  readonly log: Log;
  /** Called once for each settlement; without figures where it was given up. */
  onDone(settlement: Settlement, settled: Settled | undefined): void;
  /** How many costs may wait: beyond that those that came first are given up. */
  readonly lateMax?: number;
  readonly timers?: QueueTimers;
}

/**
 * What could not be booked is tried again, all at once so that a store can take it as one, until it is booked or the
 * settler is drained. Until then its lease is prolonged: what it may have cost stays held.
 */
export function createSettler(store: AdmissionStore, options: SettlerOptions): Settler {
  const { log, onDone, lateMax = LATE_MAX, timers = systemTimers } = options;
  /** By id, those that came first in front. */
  const late = new Map<string, Settlement>();
  /** Whose first answer is awaited, by the call itself no longer than its deadline. */
  const fresh = new Set<Settlement>();
  let pauseMs = FIRST_PAUSE_MS;
  let cancelTimer: (() => void) | undefined;
  let isTrying = false;
  let isDraining = false;
  let isDrained = false;
  let whenEmpty: (() => void) | undefined;

  function add(settlement: Settlement, error: unknown): void {
    late.set(settlement.request.id, acceptable(settlement, error));
    if (isDrained) giveUp([settlement]);
    else if (late.size > lateMax) {
      const [first] = late.values();
      if (first !== undefined) giveUp([first]);
    }
    schedule();
  }

  function schedule(): void {
    if (isTrying || isDrained || late.size === 0) return;
    cancelTimer ??= timers.schedule(() => void tryAll(), isDraining ? LAST_PAUSE_MS : pauseMs);
  }

  function unschedule(): void {
    cancelTimer?.();
    cancelTimer = undefined;
  }

  async function tryAll(): Promise<void> {
    cancelTimer = undefined;
    isTrying = true;
    const before = late.size;
    const booked = await Promise.all([...late.values()].map(tryOne));
    isTrying = false;
    pauseMs = booked.includes(true) ? FIRST_PAUSE_MS : Math.min(LONGEST_PAUSE_MS, pauseMs * 4);
    if (isDrained) return;
    if (late.size > 0) {
      log("warn", "Costs of calls could not be booked. They are tried again.", {
        code: "COSTS_LATE",
        ...toldSettlements([...late.values()]),
        booked: before - late.size,
      });
      schedule();
    } else tellIfEmpty();
  }

  function tellIfEmpty(): void {
    if (late.size === 0 && fresh.size === 0) whenEmpty?.();
  }

  async function tryOne(settlement: Settlement): Promise<boolean> {
    try {
      const settled = await store.settle(settlement);
      // It may have been given up meanwhile.
      if (late.delete(settlement.request.id)) onDone(settlement, settled);
      return true;
    } catch (error) {
      const { id } = settlement.request;
      if (late.has(id)) late.set(id, acceptable(settlement, error));
      return false;
    }
  }

  /**
   * To be tried again: without its caller's own words where the record itself was refused. What they say must not keep a
   * cost from being booked, and what it held from being freed.
   */
  function acceptable(settlement: Settlement, error: unknown): Settlement {
    const { entry } = settlement;
    if (!isRefusal(error) || (entry.label === null && Object.keys(entry.tags).length === 0))
      return settlement;
    log("error", "The record of a call was refused. It is booked without label and tags.", {
      code: "RECORD_REFUSED",
      cause: errorCode(error),
      ...toldSettlements([settlement]),
    });
    return { ...settlement, entry: { ...entry, label: null, tags: {} } };
  }

  function giveUp(lost: readonly Settlement[]): void {
    log("error", "Costs of calls were not booked. Add them to the ledger by hand.", {
      code: "COSTS_NOT_BOOKED",
      ...toldSettlements(lost),
    });
    for (const settlement of lost) {
      late.delete(settlement.request.id);
      fresh.delete(settlement);
      onDone(settlement, undefined);
    }
  }

  return {
    async settle(settlement) {
      let settled: Settled;
      fresh.add(settlement);
      try {
        settled = await store.settle(settlement);
      } catch (error) {
        if (fresh.delete(settlement)) add(settlement, error);
        return undefined;
      }
      // It may have been given up meanwhile.
      if (fresh.delete(settlement)) onDone(settlement, settled);
      tellIfEmpty();
      return settled;
    },
    async drain(withinMs) {
      isDraining = true;
      unschedule();
      if (late.size > 0 || fresh.size > 0) {
        await new Promise<void>((resolve) => {
          const cancel = timers.schedule(resolve, withinMs);
          whenEmpty = () => {
            cancel();
            resolve();
          };
          if (!isTrying && late.size > 0) void tryAll();
        });
      }
      isDrained = true;
      unschedule();
      const left = [...late.values(), ...fresh];
      for (let at = 0; at < left.length; at += IDS_MAX) giveUp(left.slice(at, at + IDS_MAX));
    },
  };
}

/** Whether a store looked at a record and refused it; otherwise it was away. */
function isRefusal(error: unknown): boolean {
  const code = errorCode(error);
  return code === "INPUT_INVALID" || REFUSALS.test(code);
}
