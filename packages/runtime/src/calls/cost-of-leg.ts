import { errorCode } from "../failures/error-code.ts";
import { reserveFor } from "../request/reserve-for.ts";
import { type CallCost, callCost } from "../usage/call-cost.ts";
import type { Call, GovernedLeg } from "./call.ts";
import { steadyNow } from "./clock.ts";
import { seenWithin } from "./seen-within.ts";

/**
 * What the last request of a leg cost at this moment: the others cost nothing. A mistake of ours in telling must not keep
 * what the leg holds for ever: what was held back is booked then.
 */
export function costOfLeg(call: Call, leg: GovernedLeg): CallCost {
  try {
    return tellCost(call, leg);
  } catch (error) {
    const { id, reserve } = leg.request;
    call.runtime.service.log(
      "error",
      "The cost of a call cannot be told. What was held back for it is booked.",
      {
        code: "COST_UNKNOWN",
        cause: errorCode(error),
        id,
      },
    );
    return { amount: reserve, basis: "unknown", usage: undefined };
  }
}

function tellCost({ runtime, params, size, extras }: Call, leg: GovernedLeg): CallCost {
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
