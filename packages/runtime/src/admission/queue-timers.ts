/** The clock of a process, and an alarm by it. */
export interface QueueTimers {
  /** Milliseconds since some moment, which is that of deadlines as well. */
  now(): number;
  /** Calls `act` once, not before `ms` have passed. Answers how to call it off. */
  schedule(act: () => void, ms: number): () => void;
}

/** A timer that is longer fires at once. */
const LONGEST_MS = 2 ** 31 - 1;

export const systemTimers: QueueTimers = {
  now: Date.now,
  schedule(act, ms) {
    let left = Math.max(0, ms);
    const next = () => {
      const step = Math.min(left, LONGEST_MS);
      left -= step;
      return setTimeout(() => {
        if (left > 0) timer = next();
        else act();
      }, step);
    };
    let timer = next();
    return () => clearTimeout(timer);
  },
};
