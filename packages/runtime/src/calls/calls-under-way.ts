import { AIConfigError } from "@ai-config/config-core";

import { type QueueTimers, systemTimers } from "../admission/queue-timers.ts";
import type { CallGuard } from "./call-guard.ts";

/** The calls of a process, so that it does not end before they are handed over to be booked. */
export interface CallsUnderWay {
  /** Counts a call from now on. Throws where the process closes. */
  add(guard: CallGuard): CallGuard;
  remove(guard: CallGuard): void;
  /** Counts what a call leaves behind when it ends. */
  hold(work: Promise<unknown>): void;
  /** Lets no call begin any more, waits for those that run, and ends those that run too long. */
  close(limits: ClosingLimits): Promise<void>;
}

export interface ClosingLimits {
  /** How long calls may run on. */
  readonly endAfterMs: number;
  /** How long they may take, to settle included. */
  readonly giveUpAfterMs: number;
}

export function countCalls({ timers = systemTimers }: { timers?: QueueTimers } = {}): CallsUnderWay {
  const running = new Set<CallGuard>();
  const left = new Set<Promise<unknown>>();
  let isClosing = false;
  let whenEmpty: (() => void) | undefined;

  function tellIfEmpty(): void {
    if (running.size === 0 && left.size === 0) whenEmpty?.();
  }

  return {
    add(guard) {
      if (isClosing) {
        guard.close();
        throw new AIConfigError("SHUTTING_DOWN");
      }
      running.add(guard);
      return guard;
    },
    remove(guard) {
      running.delete(guard);
      tellIfEmpty();
    },
    hold(work) {
      left.add(work);
      const drop = () => {
        left.delete(work);
        tellIfEmpty();
      };
      work.then(drop, drop);
    },
    async close({ endAfterMs, giveUpAfterMs }) {
      isClosing = true;
      if (running.size === 0 && left.size === 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      whenEmpty = resolve;
      const cancelEnd = timers.schedule(() => {
        for (const guard of [...running]) guard.end("closing");
      }, endAfterMs);
      const cancelWait = timers.schedule(resolve, giveUpAfterMs);
      await promise;
      cancelEnd();
      cancelWait();
    },
  };
}
