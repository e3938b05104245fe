import type { RetryStrategy } from "@ai-config/config-core";

import { classifyError } from "../failures/classify-error.ts";
import type { Failure } from "../failures/read-failure.ts";
import type { Breaker } from "../provider/circuit-breaker.ts";
import type { Need, RateGate } from "../provider/rate-gate.ts";
import { requestIdOf } from "../provider/send-message.ts";
import { type AttemptReport, failureName, type KeySlotName } from "./attempt-report.ts";
import { AttemptsFailed, readAttempt } from "./attempts-failed.ts";
import type { AttemptGuard, CallGuard } from "./call-guard.ts";
import type { Clock } from "./clock.ts";
import { nextStep } from "./next-step.ts";

/** Time that passed before a request was sent. */
export interface Wait {
  readonly reason: "retry" | "provider_rate" | "limit";
  readonly ms: number;
}

/** A key to send with. */
export interface Route {
  readonly keySlot: KeySlotName;
}

/** A stretch of a call on one model that was admitted as one. */
export interface Leg {
  readonly model: string;
  readonly need: Need;
  attempts: number;
  /** Of the last answer that is no error; null while none came. */
  status: number | null;
  requestId: string | null;
  /** Whether what was sent so far may be billed: another request is then admitted by itself. */
  hasCost(): boolean;
}

export interface AttemptLoop<R extends Route, L extends Leg, A> {
  readonly strategy: RetryStrategy;
  readonly guard: CallGuard;
  readonly clock: Clock;
  readonly random: () => number;
  /** What to try, in order; undefined stands for the configured model. */
  readonly models: readonly (string | undefined)[];
  readonly route: R;
  /** The key to use where the first one is refused. */
  otherRoute(refused: R): Promise<R | undefined>;
  /** What is remembered of the key and what is asked for. */
  laneOf(leg: L, route: R): { readonly breaker: Breaker; readonly gate: RateGate };
  admit(model: string | undefined, route: R): Promise<L>;
  /**
   * Calls `onHeaders` with an answer that is no error, and resolves as soon as the caller can be answered; closes the
   * attempt where nothing more comes.
   */
  send(leg: L, route: R, attempt: AttemptGuard, onHeaders: (response: Response) => void): Promise<A>;
  /** Ends a leg that came to nothing. */
  abandon(leg: L, error: unknown): Promise<void>;
  readonly attempts: AttemptReport[];
  readonly waits: Wait[];
}

/** Longer holds than this are not believed. */
const HOLD_MAX_MS = 60_000;

/**
 * Sends until an answer comes, a failure is final or the deadline leaves no time: again by the strategy, once with
 * the other key, then with the next model. Each model is admitted by itself, and so is each request after one that
 * may be billed.
 */
export async function runAttempts<R extends Route, L extends Leg, A>(
  loop: AttemptLoop<R, L, A>,
): Promise<{ leg: L; route: R; answer: A }> {
  const { guard, strategy, random, models } = loop;
  let { route } = loop;
  let hasTriedOther = false;
  let failed: Failure | undefined;
  let leg: L | undefined;

  try {
    for (const [index, model] of models.entries()) {
      const hasNextModel = index + 1 < models.length;
      for (let retries = 0; ; ) {
        leg ??= await admit(loop, { model, route, failed });
        if (leg === undefined) break;
        const result = await attempt(loop, leg, route);
        if ("answer" in result) return { leg, route, answer: result.answer };
        failed = result.failure;
        const wantsOther = failed.retry === "other_key" && !hasTriedOther;
        const other: R | undefined = wantsOther ? await loop.otherRoute(route) : undefined;
        const hasOtherKey = other !== undefined;
        const situation = { strategy, retries, remainingMs: guard.remainingMs(), random };
        const step = nextStep(failed, { ...situation, hasOtherKey, hasNextModel });
        const isOver = step.do === "give_up" || step.do === "next_model";
        if (isOver || leg.hasCost()) {
          const ended = leg;
          leg = undefined;
          await loop.abandon(ended, new AttemptsFailed(failed));
        }
        if (step.do === "give_up") throw new AttemptsFailed(failed);
        if (step.do === "next_model") break;
        if (step.do === "retry") {
          retries += 1;
          await pause(loop, "retry", step.waitMs);
        } else if (other !== undefined) {
          route = other;
          hasTriedOther = true;
        }
      }
    }
    throw failed ? new AttemptsFailed(failed) : new Error("There is no model to try.");
  } catch (error) {
    if (leg !== undefined) await loop.abandon(leg, error);
    throw error;
  }
}

/** Undefined where a model after a failed one is not admitted: what failed is then the better reason. */
async function admit<R extends Route, L extends Leg, A>(
  loop: AttemptLoop<R, L, A>,
  { model, route, failed }: { model: string | undefined; route: R; failed: Failure | undefined },
): Promise<L | undefined> {
  try {
    return await loop.admit(model, route);
  } catch (error) {
    if (failed === undefined || loop.guard.remainingMs() <= 0) throw error;
    return undefined;
  }
}

async function attempt<R extends Route, L extends Leg, A>(
  loop: AttemptLoop<R, L, A>,
  leg: L,
  route: R,
): Promise<{ answer: A } | { failure: Failure }> {
  const { guard, clock, attempts } = loop;
  const { breaker, gate } = loop.laneOf(leg, route);
  const permit = gate.take(leg.need);
  const { waitMs } = permit;
  if (waitMs > 0) {
    if (waitMs >= guard.remainingMs()) {
      permit.giveBack();
      return { failure: heldBack(waitMs) };
    }
    try {
      await pause(loop, "provider_rate", waitMs);
    } catch (error) {
      permit.giveBack();
      throw error;
    }
  }
  const underway = guard.startAttempt();
  leg.status = null;
  leg.requestId = null;
  const { model } = leg;
  const { keySlot } = route;
  try {
    const answer = await breaker.run((isThere) =>
      loop.send(leg, route, underway, (response) => {
        leg.status = response.status;
        leg.requestId = requestIdOf(response);
        permit.observe(response.headers);
        isThere();
      }),
    );
    const { status, requestId } = leg;
    attempts.push({ model, keySlot, status, failure: null, requestId });
    return { answer };
  } catch (error) {
    underway.abort();
    underway.close();
    const failed = readAttempt(error, leg, clock.now());
    const failure = failed?.failure;
    const { status, requestId } = failure ?? leg;
    attempts.push({ model, keySlot, status, failure: failureName(failed ?? error), requestId });
    if (failure?.headers === undefined) permit.giveBack();
    else permit.observe(failure.headers);
    if (failure === undefined) throw error;
    const { retryAfterMs } = failure;
    if (status === 429 && retryAfterMs !== undefined) gate.holdFor(Math.min(HOLD_MAX_MS, retryAfterMs));
    return { failure };
  }
}

async function pause<R extends Route, L extends Leg, A>(
  { guard, clock, waits }: AttemptLoop<R, L, A>,
  reason: Wait["reason"],
  ms: number,
): Promise<void> {
  waits.push({ reason, ms });
  if (ms > 0) await guard.race(clock.sleep(ms, guard.signal()));
}

/** The provider would refuse until after the deadline, so nothing is sent. */
function heldBack(retryAfterMs: number): Failure {
  return {
    ...classifyError({ status: 429 }),
    retry: "never",
    status: null,
    type: "rate_limit_error",
    errorCode: null,
    message: null,
    requestId: null,
    retryAfterMs,
    headers: undefined,
    cause: undefined,
  };
}
