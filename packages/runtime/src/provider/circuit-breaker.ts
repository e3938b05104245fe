import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen } from "cockatiel";

/** After so many failures in a row that tell of an outage, nothing is sent for a while. */
const FAILURES = 10;
/** How long, from one vain trial to the next. */
const PAUSES_MS = [5_000, 10_000, 20_000, 40_000, 60_000];

/** Thrown in the place of a request that was not sent. */
export class CircuitOpen extends Error {
  override readonly name = "CircuitOpen";
  readonly retryAfterMs: number;

  constructor(retryAfterMs: number) {
    super("Nothing is sent while the service is away.");
    this.retryAfterMs = retryAfterMs;
  }
}

export interface BreakerOptions {
  /** Whether a failure tells of an outage. */
  isOutage(error: unknown): boolean;
  /** Whether a request that tells of no outage was given up by us before anything was known. */
  isUndecided(error: unknown): boolean;
  /** Milliseconds, going on evenly where the date is put right. */
  steady(): number;
}

export interface Breaker {
  /**
   * Sends, or throws `CircuitOpen` at once. One trial at a time finds out whether the service is back: it is as soon
   * as `onHeaders` is called, however long the rest of the answer takes.
   */
  run<T>(send: (onHeaders: () => void) => Promise<T>): Promise<T>;
}

/** One for each key, model and kind of request: an outage costs refusals, not queues. */
export function createBreaker({ isOutage, isUndecided, steady }: BreakerOptions): Breaker {
  const policy = circuitBreaker(handleWhen(isOutage), {
    breaker: new ConsecutiveBreaker(FAILURES),
    // The pauses are kept here: the library's go by the date, and one that is put back would make them hours.
    halfOpenAfter: Number.NEGATIVE_INFINITY,
  });
  let pauses = 0;
  let openedAt = 0;
  policy.onBreak(() => {
    pauses += 1;
    openedAt = steady();
  });
  policy.onReset(() => {
    pauses = 0;
  });
  /** What the library is told of a trial, and when it has taken it in. */
  let trial = Promise.withResolvers<void>();
  let recorded = Promise.resolve();
  let isTrying = false;

  function remainingMs(): number {
    const pause = PAUSES_MS[Math.min(pauses, PAUSES_MS.length) - 1] ?? 0;
    return Math.max(0, openedAt + pause - steady());
  }

  /** A failure of the request itself shows that the service is there, as an answer does. */
  async function outcomeOf(sent: Promise<unknown>): Promise<void> {
    try {
      await sent;
    } catch (error) {
      if (isOutage(error) || isUndecided(error)) throw error;
    }
  }

  /** Lets the library count an outcome, whatever it is. */
  async function record(outcome: Promise<void>): Promise<void> {
    await Promise.allSettled([outcome, policy.execute(() => outcome)]);
  }

  /**
   * The library waits half open for one outcome. A trial that was given up gives none, so that nobody keeps others
   * out by impatience: the next request is the trial then.
   */
  async function tryOut(begun: Promise<unknown>): Promise<void> {
    if (policy.state === CircuitState.Open) {
      trial = Promise.withResolvers();
      recorded = record(trial.promise);
    }
    isTrying = true;
    try {
      await outcomeOf(begun);
      trial.resolve();
      await recorded;
    } catch (error) {
      if (!isOutage(error)) return;
      trial.reject(error);
      await recorded;
    } finally {
      isTrying = false;
    }
  }

  return {
    async run(send) {
      // The library would let everybody wait for the trial.
      if (isTrying) throw new CircuitOpen(PAUSES_MS[0] ?? 0);
      if (policy.state === CircuitState.Open && remainingMs() > 0) throw new CircuitOpen(remainingMs());
      const { promise: headers, resolve: onHeaders } = Promise.withResolvers<void>();
      const sent = send(onHeaders);
      if (policy.state !== CircuitState.Closed) await tryOut(Promise.race([headers, sent]));
      if (policy.state === CircuitState.Closed) await record(outcomeOf(sent));
      return sent;
    },
  };
}
