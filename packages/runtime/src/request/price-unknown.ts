import { AIConfigError, upperBound } from "@ai-config/config-core";

import type { Turn } from "./compile-turn.ts";
import type { Extras } from "./extras.ts";
import type { ReserveOptions } from "./reserve-for.ts";

/** Why a call whose greatest cost nobody knows does not run under a budget, and what to do. */
export function priceUnknown(
  { model, contextTokens }: Turn,
  { named, unforeseen, isWidened }: Extras,
  options: ReserveOptions,
): AIConfigError {
  const names = [model, ...named.map((other) => other.model)];
  const unpriced = names.find((name) => name !== undefined && !hasPrice(name, contextTokens, options));
  if (unpriced !== undefined) {
    return refused(
      `No price of ${unpriced} is known`,
      "Choose another model, or add its price to the catalogue.",
      { model: unpriced },
    );
  }
  if (unforeseen !== undefined) {
    const { path, advice } = unforeseen;
    return refused(`What ${path} can cost is not known`, advice, { model, path });
  }
  if (isWidened && contextTokens < 1_000_000) {
    const advice =
      "Leave context-1m out of anthropic-beta, or choose a model with a context of a million tokens.";
    return refused("What a prompt beyond the model's own context costs is not known", advice, { model });
  }
  return refused(
    `The most that this call to ${model} can cost is not known`,
    "Choose another region or speed, or another model.",
    { model },
  );
}

function refused(what: string, advice: string, details: object): AIConfigError {
  const message = `${what}, so this call cannot run under a budget. ${advice}`;
  return new AIConfigError("PRICE_UNKNOWN", { message, details: { ...details } });
}

function hasPrice(model: string, tokens: number, options: ReserveOptions): boolean {
  return upperBound({ model, max_tokens: 0 }, tokens, options).amount !== null;
}
