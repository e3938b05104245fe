import type { Timeouts } from "@ai-config/config-core";
import { createAlarm } from "./alarm.ts";
import { type Clock, steadyNow } from "./clock.ts";

/** Why a call or an attempt was ended from our side. */
export type EndedBy = "connection" | "generation" | "total" | "caller" | "closing";

/** Thrown in the place of whatever was waited for. */
export class CallEnded extends Error {
  override readonly name = "CallEnded";
  readonly by: EndedBy;
  /** How long a request had heard nothing by then. */
  readonly silentMs: number;

  constructor(by: EndedBy, silentMs = 0) {
    super(`The call was ended by: ${by}.`);
    this.by = by;
    this.silentMs = silentMs;
  }
}

type Watcher = (ended: CallEnded) => void;

/** One request under the deadline of its call. */
export interface AttemptGuard {
  /** Aborts a request when the attempt is ended or given up, at once if it is already. */
  control(request: AbortController): void;
  /** Why it was ended, once it is. */
  readonly ended: CallEnded | undefined;
  /** The headers are here: from now on the answer is waited for. */
  answering(): void;
  /** The answer has begun. The SDK keeps to itself what keeps a connection alive, so a pause is no silence any more. */
  begun(): void;
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
  /** Ends the call now, unless it has to end already. */
  end(by: EndedBy): void;
  close(): void;
}

/**
 * Watches over a call: the caller's signals, the total timeout over everything, and for each attempt the time until
 * its headers and from then on until its end, so that neither silence nor a trickle outlasts its timeout.
 */
export function guardCall(
  timeouts: Timeouts,
  clock: Pick<Clock, "now" | "steady">,
  callerSignals: readonly AbortSignal[],
  startedAt = steadyNow(clock),
): CallGuard {
  const endsAt = startedAt + timeouts.totalRequestTimeout;
  const watchers: Watcher[] = [];
  let controller: AbortController | undefined;
  let ended: CallEnded | undefined;
  let endAttempt: ((by: EndedBy) => void) | undefined;

  function end(by: EndedBy): void {
    if (ended !== undefined) return;
    ended = new CallEnded(by);
    controller?.abort(ended);
    for (const watcher of [...watchers]) watcher(ended);
    endAttempt?.(by);
  }

  const alarm = createAlarm({
    total: { inMs: Math.max(0, endsAt - steadyNow(clock)), ring: () => end("total") },
    firstLookMs: Math.min(timeouts.connectionTimeout, timeouts.generationTimeout),
    ringPhase: (by) => endAttempt?.(by),
  });
  const onCallerAbort = () => end("caller");
  if (callerSignals.some(({ aborted }) => aborted)) end("caller");
  else if (endsAt <= steadyNow(clock)) end("total");
  // One that lives longer than its calls must not remember them, as it would those that `AbortSignal.any` makes of it.
  if (ended === undefined) {
    for (const signal of callerSignals) signal.addEventListener("abort", onCallerAbort, { once: true });
  }

  function startAttempt(): AttemptGuard {
    const listeners: Watcher[] = [];
    let request: AbortController | undefined;
    let attemptEnded = ended;
    let heardAt = steadyNow(clock);

    const endThis = (by: EndedBy) => {
      if (attemptEnded !== undefined) return;
      attemptEnded = new CallEnded(by, Math.max(0, steadyNow(clock) - heardAt));
      alarm.endPhase();
      // First those who know why: whoever only hears of the abort takes it for the caller's.
      for (const listener of [...listeners]) listener(attemptEnded);
      request?.abort(attemptEnded);
    };
    endAttempt = endThis;
    alarm.startPhase("connection", timeouts.connectionTimeout);
    return {
      control(controller) {
        request = controller;
        if (attemptEnded !== undefined) controller.abort(attemptEnded);
      },
      get ended() {
        return attemptEnded;
      },
      answering() {
        if (attemptEnded !== undefined) return;
        heardAt = steadyNow(clock);
        alarm.startPhase("generation", timeouts.generationTimeout);
      },
      begun() {
        heardAt = Number.POSITIVE_INFINITY;
      },
      race: (work) => raceWith(work, listeners, attemptEnded),
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
    remainingMs: () => (ended === undefined ? endsAt - steadyNow(clock) : 0),
    throwIfEnded() {
      if (ended !== undefined) throw ended;
    },
    race: (work) => raceWith(work, watchers, ended),
    signal() {
      controller ??= new AbortController();
      if (ended !== undefined) controller.abort(ended);
      return controller.signal;
    },
    startAttempt,
    end,
    close() {
      alarm.stop();
      for (const signal of callerSignals) signal.removeEventListener("abort", onCallerAbort);
    },
  };
}

/** `Promise.race` would keep what loses alive until the end that never comes. */
function raceWith<T>(work: PromiseLike<T>, watchers: Watcher[], ended: CallEnded | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const onEnd: Watcher = (error) => reject(error);
    const leave = () => {
      const index = watchers.indexOf(onEnd);
      if (index >= 0) watchers.splice(index, 1);
    };
    if (ended === undefined) watchers.push(onEnd);
    else onEnd(ended);
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
