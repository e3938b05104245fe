import { AIConfigError } from "@ai-config/config-core";

import { endedError } from "../failures/ended-error.ts";
import { providerError } from "../failures/provider-error.ts";
import type { KeyRoute } from "../provider/call-keys.ts";
import { type CallOptions, requestHeaders, takeCallOptions } from "../provider/request-options.ts";
import type { WireRequest } from "../provider/send-message.ts";
import { checkExtras } from "../request/check-extras.ts";
import { takeParams, unsendable } from "../request/check-params.ts";
import { bodyOf } from "../request/compile-turn.ts";
import { extrasOf } from "../request/extras.ts";
import { modelsToTry } from "../request/fallback-models.ts";
import { promptSize } from "../request/prompt-size.ts";
import type { Asker, Runtime } from "../runtime.ts";
import { startMeter } from "../usage/answer-meter.ts";
import { admitLeg } from "./admit-leg.ts";
import { runAttempts } from "./attempt-loop.ts";
import { AttemptsFailed } from "./attempts-failed.ts";
import type { Call, GovernedLeg } from "./call.ts";
import { type AttemptGuard, CallEnded, guardCall } from "./call-guard.ts";
import { steadyNow } from "./clock.ts";
import { effectiveFor } from "./effective-for.ts";
import { settleLeg } from "./settle-leg.ts";
import { untilAborted } from "./until-aborted.ts";

/** What a call is asked with. */
interface Asked extends Pick<Call, "kind" | "params"> {
  readonly options: CallOptions;
  /** Of the helper that it runs under, beside the caller's. */
  readonly ownSignal?: AbortSignal | undefined;
}

export async function startCall(
  runtime: Runtime,
  asker: Asker,
  { kind, params, options, ownSignal }: Asked,
): Promise<Call> {
  const { clock, keysOf, underWay } = runtime;
  // Before anything is waited for: meanwhile the caller may go on writing in them.
  const taken = { params: takeParams(params), options: takeCallOptions(options) };
  const signals = [ownSignal, taken.options.signal].filter((signal) => signal !== undefined);
  const startedAt = steadyNow(clock);
  const effective = await untilAborted(effectiveFor(runtime, asker), signals);
  const keys = keysOf(effective, asker);
  const size = promptSize(taken.params);
  const extras = extrasOf(taken.params, size, taken.options.headers);
  checkExtras(extras, effective, runtime.service.models);
  const guard = guardCall(effective.configuration.timeouts, clock, signals, startedAt);
  return {
    runtime,
    asker,
    kind,
    ...taken,
    signals,
    effective,
    keys,
    size,
    extras,
    guard: underWay.add(guard),
    attempts: [],
    waits: [],
  };
}

/** Runs a call to its answer. What it held is freed on every other way. */
export async function runCall<A>(
  call: Call,
  send: (request: WireRequest, leg: GovernedLeg) => Promise<A>,
): Promise<{ leg: GovernedLeg; answer: A }> {
  const { runtime, guard, keys, effective, asker, attempts, waits } = call;
  try {
    return await runAttempts<KeyRoute, GovernedLeg, A>({
      strategy: effective.configuration.retryStrategy,
      guard,
      clock: runtime.clock,
      random: runtime.random,
      models: modelsToTry(effective, call.params, asker.fallbackModels, {
        models: runtime.service.models,
        date: new Date(runtime.clock.now()),
      }),
      route: keys.peek() ?? (await guard.race(keys.first())),
      otherRoute: (refused) => guard.race(keys.other(refused)),
      laneOf: ({ model }, route) => route.lane(model, call.kind === "count" ? "count" : "message"),
      admit: (model, route) => admitLeg(call, model, route),
      send: async (leg, route, attempt, onHeaders) =>
        send(wireRequest(call, leg, { route, attempt, onHeaders }), leg),
      abandon: async (leg, why) => void (await settleLeg(call, leg, why)),
      attempts,
      waits,
    });
  } catch (error) {
    endCall(call);
    throw callerError(call, error);
  }
}

/** To be called once all that a call held was handed over to be booked. */
export function endCall({ runtime, guard }: Call): void {
  guard.close();
  runtime.underWay.remove(guard);
}

/** With what, and under what, one request is sent. */
interface Sending {
  readonly route: KeyRoute;
  readonly attempt: AttemptGuard;
  onHeaders(response: Response): void;
}

function wireRequest(call: Call, leg: GovernedLeg, { route, attempt, onHeaders }: Sending): WireRequest {
  const { turn } = leg;
  leg.attempts += 1;
  leg.route = route;
  leg.firstByteAt = null;
  leg.meter = startMeter(steadyNow(call.runtime.clock));
  return {
    client: route.client,
    body: bodyOf(call.params, turn, call.kind === "stream" || turn.isStreamed),
    headers: requestHeaders(turn.headers, call.options.headers),
    attempt,
    meter: leg.meter,
    now: () => steadyNow(call.runtime.clock),
    onHeaders(response) {
      leg.firstByteAt = steadyNow(call.runtime.clock);
      onHeaders(response);
    },
  };
}

/** What a caller gets to see of whatever ended a call. */
export function callerError(call: Call, error: unknown): unknown {
  const { attempts, waits, effective, params } = call;
  const { timeouts } = effective.configuration;
  const details = { attempts, waits };
  if (error instanceof CallEnded) return endedError(error.by, timeouts, details);
  if (!(error instanceof AttemptsFailed)) {
    return error instanceof AIConfigError ? error : (unsendable(params) ?? error);
  }
  const { failure } = error;
  if (failure.kind === "connection_timeout") return endedError("connection", timeouts, details);
  return providerError(failure, details);
}
