import { reserveFor } from "../request/reserve-for.ts";
import { type CallCost, callCost } from "../usage/call-cost.ts";
import type { Call, GovernedLeg } from "./call.ts";
import { steadyNow } from "./clock.ts";
import { seenWithin } from "./seen-within.ts";

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
    advisor: size.tools?.advisors[0]?.model,
    elapsedMs,
    reserve: request.reserve,
    boundOf(outputTokens) {
      const shorter = { ...turn, params: { ...turn.params, max_tokens: outputTokens } };
      const seen = seenWithin({ params, size, extras }, { elapsedMs, outputTokens });
      const bound = reserveFor(seen, shorter, { models, date, multiplier });
      return bound.isBound ? bound.amount : request.reserve;
    },
  });
}
