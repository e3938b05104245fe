import type { Extras } from "../request/extras.ts";
import type { GovernedParams } from "../request/governed-params.ts";
import type { PromptSize } from "../request/prompt-size.ts";
import type { Measured } from "../request/reserve-for.ts";

/** No sampling is over sooner: our own bound, as that of what is written. */
const SAMPLING_MIN_MS = 1_000;

export interface Passed {
  readonly elapsedMs: number;
  /** The most that can have been written by now. */
  readonly outputTokens: number;
}

/**
 * What of a request there was time for. An estimate is booked by it, not a bound: who stops at once an answer that may
 * search and ask others has not spent what all of that can cost. What nobody can measure is taken for what it likely is.
 */
export function seenWithin({ params, size, extras }: Measured, passed: Passed): Measured {
  const over = Math.floor(Math.max(0, passed.elapsedMs) / SAMPLING_MIN_MS);
  return {
    params: paramsWithin(params, over),
    size: sizeWithin(size, over),
    extras: extrasWithin(extras, over, passed.outputTokens),
  };
}

function paramsWithin(params: GovernedParams, over: number): GovernedParams {
  if (!params.tools?.length) return params;
  const tools = params.tools.map((tool) => {
    // A host that answers nothing does not refuse what is no tool.
    const { max_uses: uses } = (tool ?? {}) as { readonly max_uses?: unknown };
    return typeof uses === "number" ? { ...tool, max_uses: Math.min(over, uses) } : tool;
  });
  return { ...params, tools } as GovernedParams;
}

function sizeWithin(size: PromptSize, over: number): PromptSize {
  const { tools, tokensLikely } = size;
  const firstMax = Number.isFinite(size.firstMax) ? size.firstMax : tokensLikely;
  const seen = { ...size, firstMax, tokensMax: firstMax };
  if (tools === undefined) return seen;
  const advisors = tools.advisors.map((one) => ({ ...one, uses: Math.min(one.uses, over) }));
  return { ...seen, tools: { ...tools, samplings: Math.min(tools.samplings, 1 + over), advisors } };
}

/** No model answers before the one in front of it has declined. */
function extrasWithin(extras: Extras, over: number, outputTokens: number): Extras {
  if (extras.fallbacks.length === 0) return extras;
  const fallbacks = extras.fallbacks
    .slice(0, over)
    .map((one) => ({ ...one, maxTokens: Math.min(one.maxTokens ?? outputTokens, outputTokens) }));
  return { ...extras, fallbacks };
}
