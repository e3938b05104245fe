import type { QueueTimers } from "./queue-timers.ts";

/** Waits for it, no longer than told. What it comes to is its caller's to look at. */
export async function waitAtMost(timers: QueueTimers, ms: number, work: Promise<unknown>): Promise<void> {
  let cancel: (() => void) | undefined;
  const late = new Promise<void>((resolve) => {
    cancel = timers.schedule(resolve, ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    cancel?.();
  }
}
