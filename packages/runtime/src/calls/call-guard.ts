import type { Timeouts } from "@ai-config/config-core";

import type { Clock } from "./clock.ts";

/** Why a call or an attempt was ended from our side. */
export type EndedBy = "connection" | "generation" | "total" | "caller";

/** Thrown in the place of whatever was waited for. */
export class CallEnded extends Error {
  override readonly name = "CallEnded";
  readonly by: EndedBy;

  constructor(by: EndedBy) {
    super(`The call was ended by: ${by}.`);
    this.by = by;
  }
}

/** One request under the deadline of its call. */
export interface AttemptGuard {
  readonly signal: AbortSignal;
  /** Why it was ended, once it is. */
  readonly endedBy: EndedBy | undefined;
  /** The headers are here: from now on the answer is waited for. */
  answering(): void;
  /** Passes on what `work` comes to, or throws `CallEnded` before. */
  race<T>(work: PromiseLike<T>): Promise<T>;
  /** Calls `listener` when the attempt is ended from our side, unless it is closed before. */
  onEnd(listener: (by: EndedBy) => void): void;
  /** Gives up the request, whatever it is doing. */
  abort(): void;
  close(): void;
}

/** Everything that ends a call before its answer does. */
export interface CallGuard {
  /** Milliseconds until the total timeout. */
  remainingMs(): number;
  /** Throws `CallEnded` where the call has to end already. */
  throwIfEnded(): void;
  race<T>(work: PromiseLike<T>): Promise<T>;
  /** Aborted when the whole call has to end. */
  signal(): AbortSignal;
  startAttempt(): AttemptGuard;
  close(): void;
}

/**
 * Watches over a call: the caller's signal, the total timeout over everything, and for each attempt the time until
 * its headers and from then on until its end, so that neither silence nor a trickle outlasts its timeout.
 */
export function guardCall(
  timeouts: Timeouts,
  clock: Pick<Clock, "now">,
  callerSignal: AbortSignal | undefined,
  startedAt = clock.now(),
): CallGuard {
  const endsAt = startedAt + timeouts.totalRequestTimeout;
  const watchers = new Set<(by: EndedBy) => void>();
  let controller: AbortController | undefined;
  let endedBy: EndedBy | undefined;

  function end(by: EndedBy): void {
    if (endedBy !== undefined) return;
    endedBy = by;
    controller?.abort(new CallEnded(by));
    for (const watcher of [...watchers]) watcher(by);
  }

  const onCallerAbort = () => end("caller");
  const totalTimer = setTimeout(end, Math.max(0, endsAt - clock.now()), "total" as const);
  if (callerSignal?.aborted) end("caller");
  else callerSignal?.addEventListener("abort", onCallerAbort, { once: true });

  function startAttempt(): AttemptGuard {
    const request = new AbortController();
    let attemptEndedBy = endedBy;
    let timer = setTimeout(endAttempt, timeouts.connectionTimeout, "connection" as const);
    const listeners = new Set<(by: EndedBy) => void>();

    function endAttempt(by: EndedBy): void {
      if (attemptEndedBy !== undefined) return;
      attemptEndedBy = by;
      clearTimeout(timer);
      request.abort(new CallEnded(by));
      for (const listener of [...listeners]) listener(by);
    }

    if (endedBy !== undefined) request.abort(new CallEnded(endedBy));
    watchers.add(endAttempt);
    return {
      signal: request.signal,
      get endedBy() {
        return attemptEndedBy;
      },
      answering() {
        if (attemptEndedBy !== undefined) return;
        clearTimeout(timer);
        timer = setTimeout(endAttempt, timeouts.generationTimeout, "generation" as const);
      },
      race: (work) => raceWith(work, listeners, () => attemptEndedBy),
      onEnd: (listener) => void listeners.add(listener),
      abort: () => request.abort(),
      close() {
        clearTimeout(timer);
        watchers.delete(endAttempt);
        listeners.clear();
      },
    };
  }

  return {
    remainingMs: () => (endedBy === undefined ? endsAt - clock.now() : 0),
    throwIfEnded() {
      if (endedBy !== undefined) throw new CallEnded(endedBy);
    },
    race: (work) => raceWith(work, watchers, () => endedBy),
    signal() {
      controller ??= new AbortController();
      if (endedBy !== undefined) controller.abort(new CallEnded(endedBy));
      return controller.signal;
    },
    startAttempt,
    close() {
      clearTimeout(totalTimer);
      callerSignal?.removeEventListener("abort", onCallerAbort);
      watchers.clear();
    },
  };
}

/** `Promise.race` would keep what loses alive until the end that never comes. */
function raceWith<T>(
  work: PromiseLike<T>,
  watchers: Set<(by: EndedBy) => void>,
  endedBy: () => EndedBy | undefined,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const onEnd = (by: EndedBy) => {
      watchers.delete(onEnd);
      reject(new CallEnded(by));
    };
    const by = endedBy();
    if (by === undefined) watchers.add(onEnd);
    else reject(new CallEnded(by));
    work.then(
      (value) => {
        watchers.delete(onEnd);
        resolve(value);
      },
      (error) => {
        watchers.delete(onEnd);
        reject(error);
      },
    );
  });
}
