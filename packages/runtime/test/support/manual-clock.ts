import type { Clock } from "../../src/index.ts";

/** A clock that moves when somebody waits, and remembers for how long. */
export interface ManualClock extends Clock {
  /** Every wait since the last look. */
  takeSleeps(): number[];
  advance(ms: number): void;
}

export function manualClock(startsAt = Date.now()): ManualClock {
  let at = startsAt;
  let sleeps: number[] = [];
  return {
    now: () => at,
    async sleep(ms, signal) {
      signal.throwIfAborted();
      sleeps.push(ms);
      at += ms;
    },
    takeSleeps() {
      const taken = sleeps;
      sleeps = [];
      return taken;
    },
    advance(ms) {
      at += ms;
    },
  };
}
