import type { PromptSize } from "../request/prompt-size.ts";
import { reserveFor } from "../request/reserve-for.ts";
import { type CallCost, callCost } from "../usage/call-cost.ts";
import type { Call, GovernedLeg } from "./call.ts";
import { steadyNow } from "./clock.ts";

/** No sampling with its tools is over sooner: our own bound, as that of what is written. */
const SAMPLING_MIN_MS = 1_000;

/** An estimate is booked, not a bound: what nobody can measure is taken for what it likely is. */
function sizeWithin(size: PromptSize, elapsedMs: number): PromptSize {
  const { tools, tokensLikely } = size;
  const firstMax = Number.isFinite(size.firstMax) ? size.firstMax : tokensLikely;
  if (tools === undefined) return { ...size, firstMax, tokensMax: firstMax };
  const samplings = Math.min(tools.samplings, 1 + Math.floor(Math.max(0, elapsedMs) / SAMPLING_MIN_MS));
  return { ...size, firstMax, tools: { ...tools, samplings } };
}

/** What the last request of a leg cost at this moment: the others cost nothing. */
export function costOfLeg({ runtime, params, size, extras }: Call, leg: GovernedLeg): CallCost {
  const { meter, turn, startedAt, multiplier, request } = leg;
  const { models } = runtime.service;
  const elapsedMs = steadyNow(runtime.clock) - meter.sentAt;
  const date = new Date(startedAt);
  return callCost(meter, {
    models,
    date,
    params: turn.params,
    multiplier,
    elapsedMs,
    reserve: request.reserve,
    boundOf(outputTokens) {
      const shorter = { ...turn, params: { ...turn.params, max_tokens: outputTokens } };
      const seen = sizeWithin(size, elapsedMs);
      const bound = reserveFor({ params, size: seen, extras }, shorter, { models, date, multiplier });
      return bound.isBound ? bound.amount : request.reserve;
    },
  });
}
