import { setTimeout as wait } from "node:timers/promises";

/** What calls measure and wait with. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Milliseconds since some moment, by which deadlines and durations are measured: it goes on evenly where the date is
   * put right. By `now` unless given.
   */
  steady?(): number;
  /** Rejects as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: Date.now,
  steady: () => performance.now(),
  sleep: (ms, signal) => wait(ms, undefined, { signal }),
};

export function steadyNow(clock: Pick<Clock, "now" | "steady">): number {
  return clock.steady === undefined ? clock.now() : clock.steady();
}
