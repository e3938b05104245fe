import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen, IterableBackoff } from "cockatiel";

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
  /** Whether a request was given up by us before anything was known. */
  isUndecided(error: unknown): boolean;
}

export interface Breaker {
  /** Sends, or throws `CircuitOpen` at once. One trial at a time finds out whether the service is back. */
  run<T>(send: () => Promise<T>): Promise<T>;
}

/** One for each key, model and kind of request: an outage costs refusals, not queues. */
export function createBreaker({ isOutage, isUndecided }: BreakerOptions): Breaker {
  const policy = circuitBreaker(
    // A trial that was given up says nothing, so the pause goes on.
    handleWhen((error) => isOutage(error) || (policy.state === CircuitState.HalfOpen && isUndecided(error))),
    { breaker: new ConsecutiveBreaker(FAILURES), halfOpenAfter: new IterableBackoff(PAUSES_MS) },
  );
  let pauses = 0;
  let openedAt = 0;
  policy.onBreak(() => {
    pauses += 1;
    openedAt = Date.now();
  });
  policy.onReset(() => {
    pauses = 0;
  });

  function remainingMs(): number {
    const pause = PAUSES_MS[Math.min(pauses, PAUSES_MS.length) - 1] ?? 0;
    return Math.max(0, openedAt + pause - Date.now());
  }

  /** A failure of the request itself shows that the service is there, as an answer does. */
  async function attempt<T>(send: () => Promise<T>): Promise<{ value: T } | { refusal: unknown }> {
    try {
      return { value: await send() };
    } catch (error) {
      if (isOutage(error) || isUndecided(error)) throw error;
      return { refusal: error };
    }
  }

  return {
    async run(send) {
      // The library would let everybody wait for the trial.
      if (policy.state === CircuitState.HalfOpen) throw new CircuitOpen(PAUSES_MS[0] ?? 0);
      if (policy.state === CircuitState.Open && remainingMs() > 0) throw new CircuitOpen(remainingMs());
      const result = await policy.execute(() => attempt(send));
      if ("refusal" in result) throw result.refusal;
      return result.value;
    },
  };
}
