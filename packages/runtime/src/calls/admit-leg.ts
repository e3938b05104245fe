import { randomUUID } from "node:crypto";

import type {
  Admission,
  AdmissionRequest,
  Admitted,
  Refusal,
  ScopeLimits,
} from "../admission/admission-store.ts";
import { admitWithin, type Patience } from "../admission/fair-queue.ts";
import { limitReached } from "../failures/limit-reached.ts";
import type { KeyRoute } from "../provider/call-keys.ts";
import { compileTurn, type Turn } from "../request/compile-turn.ts";
import { priceUnknown } from "../request/price-unknown.ts";
import { reserveFor } from "../request/reserve-for.ts";
import { scopeLimits } from "../request/scope-limits.ts";
import { startMeter } from "../usage/answer-meter.ts";
import type { Call, GovernedLeg } from "./call.ts";
import { CallEnded } from "./call-guard.ts";
import { steadyNow } from "./clock.ts";
import { effectiveNow } from "./effective-for.ts";
import { settleLeg } from "./settle-leg.ts";

/** Asks for everything that one model's answer can take, before anything is sent. */
export async function admitLeg(call: Call, model: string | undefined, route: KeyRoute): Promise<GovernedLeg> {
  const { runtime, effective, asker, params, size, guard } = call;
  const { service, clock, leases } = runtime;
  guard.throwIfEnded();
  const startedAt = clock.now();
  const beganAt = steadyNow(clock);
  const date = new Date(startedAt);
  const turn = compileTurn(effective, params, { models: service.models, date, model });
  const multiplier = multiplierOf(call);
  const id = randomUUID();
  // As the store is asked last.
  let request = await requestNow();
  let waitsFor: Refusal | undefined;
  const asked = ask(call, request, {
    async renew() {
      request = await requestNow();
      return request;
    },
    onWait(refusal) {
      waitsFor = refusal;
    },
  });
  let admission: Admission;
  try {
    admission = await guard.race(asked);
  } catch (error) {
    // Who is admitted after the deadline has nothing to send any more.
    const freed = asked.then(async (late) => {
      if (late.isAdmitted) await settleLeg(call, legOf(late), error);
    }, ignore);
    runtime.underWay.hold(freed);
    // A call that spent its time waiting for a limit is told which.
    const isOver = error instanceof CallEnded && error.by === "total";
    throw isOver && waitsFor !== undefined ? limitReached(waitsFor, request.reserve) : error;
  }
  if (!admission.isAdmitted) throw limitReached(admission.refusal, request.reserve);
  leases.keep(id);
  return legOf(admission);

  /** Under the limits of this moment. */
  async function requestNow(): Promise<AdmissionRequest> {
    const limits = scopeLimits(await effectiveNow(call), asker.userId, clock.now());
    const isFree = call.kind === "count";
    const scopes = isFree ? limits.withoutBudgets : limits.scopes;
    const reserve = isFree ? "0" : reserveOf(call, turn, { date, multiplier, scopes });
    return { id, scopes, reserve, leaseMs: leases.leaseMs };
  }

  function legOf(admitted: Admitted): GovernedLeg {
    const meter = startMeter(beganAt);
    const need = { inputTokens: size.tokensLikely };
    const leg: GovernedLeg = {
      model: turn.model,
      need,
      attempts: 0,
      status: null,
      turn,
      request,
      admission: admitted,
      startedAt,
      beganAt,
      attemptsBefore: call.attempts.length,
      multiplier,
      route,
      meter,
      firstByteAt: null,
      requestId: null,
      hasCost: () => leg.meter.state !== "refused",
    };
    return leg;
  }
}

async function ask(
  call: Call,
  request: AdmissionRequest,
  waiting: Pick<Patience, "renew" | "onWait">,
): Promise<Admission> {
  const { store, queue, clock, limitWaitMs } = call.runtime;
  if (limitWaitMs <= 0) return store.admit(request);
  const from = steadyNow(clock);
  const deadline = from + Math.min(limitWaitMs, call.guard.remainingMs());
  const signal = call.guard.signal();
  let hasWaited = false;
  const onWait = (refusal: Refusal) => {
    hasWaited = true;
    waiting.onWait?.(refusal);
  };
  const admission = await admitWithin(store, request, { queue, deadline, signal, ...waiting, onWait });
  if (hasWaited) call.waits.push({ reason: "limit", ms: Math.round(steadyNow(clock) - from) });
  return admission;
}

/** The most that an answer can cost. */
function reserveOf(
  call: Call,
  turn: Turn,
  {
    date,
    multiplier,
    scopes,
  }: { date: Date; multiplier: number | undefined; scopes: readonly ScopeLimits[] },
): string {
  const options = { models: call.runtime.service.models, date, multiplier };
  const { amount, isBound } = reserveFor(call, turn, options);
  if (isBound) return amount;
  const isBlocking = scopes.some(({ budgets }) => budgets.some(({ enforcement }) => enforcement === "block"));
  if (isBlocking) throw priceUnknown(turn, call.extras, options);
  return amount;
}

function multiplierOf({ runtime, effective }: Call): number | undefined {
  const { organizationId } = effective;
  return organizationId === null ? undefined : runtime.service.multipliers[organizationId];
}

function ignore(): void {}
