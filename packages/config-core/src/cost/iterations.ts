import type { PriceRow } from "../catalogue/model-entry.ts";
import { AIConfigError } from "../errors.ts";
import { type CallPrices, TOKEN_KINDS, type TokenKind } from "./token-prices.ts";
import { type AnthropicUsage, readCounts } from "./usage.ts";
import type { Amount } from "./usd.ts";

/** Tokens and what each of them costs. */
export interface Bill {
  readonly counts: Readonly<Record<TokenKind, number>>;
  readonly prices: CallPrices;
  readonly price: PriceRow;
  /** The id of the model that is paid. */
  readonly model: string;
  readonly isFast: boolean;
  readonly isExact: boolean;
}

/**
 * Kinds of iterations, and whether the totals may count them: a compaction and an advisor are listed only here (types of
 * @anthropic-ai/sdk 1.12, `BetaIterationsUsage`; platform.claude.com, advisor tool).
 */
const IN_TOTALS: ReadonlyMap<unknown, boolean> = new Map([
  ["message", true],
  ["fallback_message", true],
  ["compaction", false],
  ["advisor_message", false],
]);

/**
 * What is billed of a request whose samplings are listed: the totals where they are all of it, else each sampling at
 * the price of its own model. Undefined where one of them has no price.
 */
export function billIterations(
  iterations: unknown,
  total: Bill,
  bill: (counts: Bill["counts"], model: string) => Bill | undefined,
): { readonly bills: readonly Bill[]; readonly isWhole: boolean } | undefined {
  const list: readonly unknown[] = Array.isArray(iterations) ? iterations : [undefined];
  const reads = list.map(readIteration);
  const hasFallback = reads.some((read) => read?.type === "fallback_message");
  const bills: Bill[] = [];
  const beside: Bill[] = [];
  const counted = { input: 0, cacheWrite5m: 0, cacheWrite1h: 0, cacheRead: 0, output: 0 };
  let isWhole = true;
  let isOwn = true;
  for (const read of reads) {
    if (read === undefined) {
      isWhole = false;
      continue;
    }
    const { type, model = total.model, counts, isExplained } = read;
    // A model that declines before it writes anything is not billed.
    if (hasFallback && type === "message" && counts.output === 0) continue;
    const billed = bill(counts, model);
    if (billed === undefined) return undefined;
    bills.push(billed);
    const isOther = billed.model !== total.model;
    isOwn &&= type === "message" && !isOther;
    // Nothing says whether another model was as fast.
    isWhole &&= isExplained && IN_TOTALS.has(type) && !(isOther && billed.isFast);
    // Nor which of them a sampling was that does not say it.
    isWhole &&= !hasFallback || read.model !== undefined;
    if (IN_TOTALS.get(type) === false) beside.push(billed);
    else for (const kind of TOKEN_KINDS) counted[kind] += counts[kind];
  }
  if (isOwn) return { bills: [total], isWhole };
  isWhole &&= TOKEN_KINDS.every((kind) => counted[kind] >= total.counts[kind]);
  if (isWhole) return { bills, isWhole };
  const least = [total, ...beside];
  return { bills: sumOf(bills) < sumOf(least) ? least : bills, isWhole };
}

interface Iteration {
  readonly type: unknown;
  readonly model: string | undefined;
  readonly counts: Bill["counts"];
  readonly isExplained: boolean;
}

/** Undefined for what counts no tokens. */
function readIteration(iteration: unknown): Iteration | undefined {
  const { type, model } = (iteration ?? {}) as { type?: unknown; model?: unknown };
  try {
    const read = readCounts("usage.iterations", iteration as AnthropicUsage);
    return { type, model: typeof model === "string" ? model : undefined, ...read };
  } catch (error) {
    if (error instanceof AIConfigError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function sumOf(bills: readonly Bill[]): Amount {
  return bills.reduce((sum, bill) => sum + amountOf(bill), 0n);
}

export function amountOf({ counts, prices }: Bill): Amount {
  let sum = 0n;
  for (const kind of TOKEN_KINDS) {
    if (counts[kind] > 0) sum += BigInt(counts[kind]) * prices.perToken[kind];
  }
  return sum;
}

export function amountOfKind({ counts, prices }: Bill, kind: TokenKind): Amount {
  return BigInt(counts[kind]) * prices.perToken[kind];
}
