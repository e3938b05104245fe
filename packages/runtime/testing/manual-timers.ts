import { setImmediate } from "node:timers/promises";

import type { QueueTimers } from "../src/admission/queue-timers.ts";

/** A clock that stands still until a test moves it. */
export interface ManualTimers extends QueueTimers {
  /** Moves on, alarm by alarm, and lets everything follow that each of them sets off. */
  advance(ms: number): Promise<void>;
  /** Alarms that are set. */
  readonly pending: number;
}

export function manualTimers(start: number): ManualTimers {
  const alarms = new Set<{ readonly at: number; readonly act: () => void }>();
  let now = start;
  return {
    now: () => now,
    schedule(act, ms) {
      const alarm = { at: now + ms, act };
      alarms.add(alarm);
      return () => void alarms.delete(alarm);
    },
    async advance(ms) {
      const end = now + ms;
      await setImmediate();
      for (;;) {
        const [next] = [...alarms].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        now = Math.max(now, next.at);
        alarms.delete(next);
        next.act();
        await setImmediate();
      }
      now = end;
    },
    get pending() {
      return alarms.size;
    },
  };
}
