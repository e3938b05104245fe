import { APIUserAbortError } from "@anthropic-ai/sdk";

/** Passes on what `work` comes to, or rejects in the SDK's words as soon as its caller leaves. */
export function untilAborted<T>(work: T | Promise<T>, signals: readonly AbortSignal[]): T | Promise<T> {
  if (signals.length === 0 || !(work instanceof Promise)) return work;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new APIUserAbortError());
    for (const signal of signals) {
      if (signal.aborted) onAbort();
      else signal.addEventListener("abort", onAbort, { once: true });
    }
    work.then(resolve, reject).finally(() => {
      for (const signal of signals) signal.removeEventListener("abort", onAbort);
    });
  });
}
