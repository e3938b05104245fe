export type Phase = "connection" | "generation";

export interface AlarmOptions {
  readonly total: { readonly inMs: number; ring(): void };
  /** How long the shortest phase may take: set for that, the timer need not be set again when one begins. */
  readonly firstLookMs: number;
  ringPhase(phase: Phase): void;
}

/** Rings at the end of the whole, and before where a phase of it takes too long. */
export interface Alarm {
  /** Begins a phase in the place of the one before. */
  startPhase(phase: Phase, maxMs: number): void;
  endPhase(): void;
  stop(): void;
}

/**
 * One timer for all: a phase that ends in time leaves it as it is, and when it goes off too early it is set again.
 * Setting a timer for each phase would take longer than the rest of a call's governance.
 */
export function createAlarm({ total, firstLookMs, ringPhase }: AlarmOptions): Alarm {
  const endsAt = performance.now() + total.inMs;
  let current: Phase | undefined;
  let phaseEndsAt = Number.POSITIVE_INFINITY;
  let timerAt = endsAt - Math.max(0, total.inMs - firstLookMs);
  let timer = setTimeout(onTimer, Math.min(total.inMs, firstLookMs));

  function onTimer(): void {
    const now = performance.now();
    // A timer may go off a little before its time.
    const phase = current;
    if (now >= endsAt - 1) {
      total.ring();
    } else if (phase !== undefined && now >= phaseEndsAt - 1) {
      endPhase();
      set(endsAt, now);
      ringPhase(phase);
    } else {
      set(Math.min(endsAt, phaseEndsAt), now);
    }
  }

  function set(at: number, now: number): void {
    clearTimeout(timer);
    timerAt = at;
    timer = setTimeout(onTimer, Math.max(1, at - now));
  }

  function endPhase(): void {
    current = undefined;
    phaseEndsAt = Number.POSITIVE_INFINITY;
  }

  return {
    startPhase(phase, maxMs) {
      const now = performance.now();
      current = phase;
      phaseEndsAt = now + maxMs;
      if (phaseEndsAt < timerAt) set(phaseEndsAt, now);
    },
    endPhase,
    stop: () => clearTimeout(timer),
  };
}
