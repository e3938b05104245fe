import { type ModelCatalogue, type Usd, upperBound } from "@ai-config/config-core";
import { bodyOf, type Turn } from "./compile-turn.ts";
import type { GovernedParams } from "./governed-params.ts";
import type { PromptSize } from "./prompt-size.ts";

export interface ReserveOptions {
  readonly models: ModelCatalogue;
  readonly date: Date;
  readonly multiplier: number | undefined;
}

const TOKENS_MIN = 64;
const kept = new WeakMap<Turn, Map<number, Usd | null>>();

/**
 * The most that an answer can cost; null where nobody knows. Of a plain prompt only its length counts, rounded up by
 * a sixteenth at most, so that the same few amounts come again and again.
 */
export function reserveFor(
  params: GovernedParams,
  turn: Turn,
  size: PromptSize,
  options: ReserveOptions,
): Usd | null {
  const bound = (tokens: number) =>
    upperBound(bodyOf(params, turn, turn.isStreamed), Math.min(tokens, turn.contextTokens), options).amount;
  if (!size.isPlain || size.tokensMax > turn.contextTokens) return bound(size.tokensMax);
  const tokens = roundedUp(size.tokensMax);
  let ofTurn = kept.get(turn);
  if (ofTurn === undefined) {
    ofTurn = new Map();
    kept.set(turn, ofTurn);
  }
  let amount = ofTurn.get(tokens);
  if (amount === undefined) {
    amount = bound(tokens);
    ofTurn.set(tokens, amount);
  }
  return amount;
}

function roundedUp(tokens: number): number {
  if (tokens <= TOKENS_MIN) return TOKENS_MIN;
  const step = 2 ** (Math.floor(Math.log2(tokens)) - 4);
  return Math.ceil(tokens / step) * step;
}
