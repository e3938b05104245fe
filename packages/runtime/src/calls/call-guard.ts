import type { Timeouts } from "@ai-config/config-core";
import { createAlarm } from "./alarm.ts";
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

type Watcher = (by: EndedBy) => void;

/** One request under the deadline of its call. */
export interface AttemptGuard {
  /** Aborts a request when the attempt is ended or given up, at once if it is already. */
  control(request: AbortController): void;
  /** Why it was ended, once it is. */
  readonly endedBy: EndedBy | undefined;
  /** The headers are here: from now on the answer is waited for. */
  answering(): void;
  /** Passes on what `work` comes to, or throws `CallEnded` before. */
  race<T>(work: PromiseLike<T>): Promise<T>;
  /** Calls `listener` when the attempt is ended from our side, unless it is closed before. */
  onEnd(listener: Watcher): void;
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
  /** One at a time. */
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
  const watchers: Watcher[] = [];
  let controller: AbortController | undefined;
  let endedBy: EndedBy | undefined;
  let endAttempt: Watcher | undefined;

  function end(by: EndedBy): void {
    if (endedBy !== undefined) return;
    endedBy = by;
    controller?.abort(new CallEnded(by));
    for (const watcher of [...watchers]) watcher(by);
    endAttempt?.(by);
  }

  const alarm = createAlarm({
    total: { inMs: Math.max(0, endsAt - clock.now()), ring: () => end("total") },
    firstLookMs: Math.min(timeouts.connectionTimeout, timeouts.generationTimeout),
    ringPhase: (by) => endAttempt?.(by),
  });
  const onCallerAbort = () => end("caller");
  if (callerSignal?.aborted) end("caller");
  else callerSignal?.addEventListener("abort", onCallerAbort, { once: true });

  function startAttempt(): AttemptGuard {
    const listeners: Watcher[] = [];
    let request: AbortController | undefined;
    let attemptEndedBy = endedBy;

    const endThis = (by: EndedBy) => {
      if (attemptEndedBy !== undefined) return;
      attemptEndedBy = by;
      alarm.endPhase();
      // First those who know why: whoever only hears of the abort takes it for the caller's.
      for (const listener of [...listeners]) listener(by);
      request?.abort(new CallEnded(by));
    };
    endAttempt = endThis;
    alarm.startPhase("connection", timeouts.connectionTimeout);
    return {
      control(controller) {
        request = controller;
        if (attemptEndedBy !== undefined) controller.abort(new CallEnded(attemptEndedBy));
      },
      get endedBy() {
        return attemptEndedBy;
      },
      answering() {
        if (attemptEndedBy === undefined) alarm.startPhase("generation", timeouts.generationTimeout);
      },
      race: (work) => raceWith(work, listeners, attemptEndedBy),
      onEnd: (listener) => void listeners.push(listener),
      abort: () => request?.abort(),
      close() {
        if (endAttempt !== endThis) return;
        endAttempt = undefined;
        alarm.endPhase();
      },
    };
  }

  return {
    remainingMs: () => (endedBy === undefined ? endsAt - clock.now() : 0),
    throwIfEnded() {
      if (endedBy !== undefined) throw new CallEnded(endedBy);
    },
    race: (work) => raceWith(work, watchers, endedBy),
    signal() {
      controller ??= new AbortController();
      if (endedBy !== undefined) controller.abort(new CallEnded(endedBy));
      return controller.signal;
    },
    startAttempt,
    close() {
      alarm.stop();
      callerSignal?.removeEventListener("abort", onCallerAbort);
    },
  };
}

/** `Promise.race` would keep what loses alive until the end that never comes. */
function raceWith<T>(work: PromiseLike<T>, watchers: Watcher[], endedBy: EndedBy | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const onEnd = (by: EndedBy) => reject(new CallEnded(by));
    const leave = () => {
      const index = watchers.indexOf(onEnd);
      if (index >= 0) watchers.splice(index, 1);
    };
    if (endedBy === undefined) watchers.push(onEnd);
    else onEnd(endedBy);
    work.then(
      (value) => {
        leave();
        resolve(value);
      },
      (error) => {
        leave();
        reject(error);
      },
    );
  });
}
