import { joinPath } from "../inspect-json.ts";
import { checkObject, invalidInput, tokenCount } from "./checked-input.ts";
import type { TokenKind } from "./token-prices.ts";

/**
 * The `usage` object of Anthropic's Messages API. `input_tokens` is what no cache held: the whole prompt is the
 * sum of input, cache writes and cache reads.
 */
export interface AnthropicUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly cache_creation_input_tokens?: number | null | undefined;
  readonly cache_creation?:
    | { readonly ephemeral_5m_input_tokens?: number; readonly ephemeral_1h_input_tokens?: number }
    | null
    | undefined;
  readonly cache_read_input_tokens?: number | null | undefined;
  readonly server_tool_use?:
    | { readonly web_search_requests?: number; readonly web_fetch_requests?: number }
    | null
    | undefined;
  readonly service_tier?: string | null | undefined;
  readonly speed?: string | null | undefined;
  readonly inference_geo?: string | null | undefined;
  /** The samplings of the request one by one, where Anthropic lists them. */
  readonly iterations?: readonly unknown[] | null | undefined;
}

/** Fields that are priced, or that repeat what is (types of @anthropic-ai/sdk 1.12). */
const FIELDS: ReadonlySet<string> = new Set([
  "input_tokens",
  "output_tokens",
  "output_tokens_details",
  "cache_creation_input_tokens",
  "cache_creation",
  "cache_read_input_tokens",
  "server_tool_use",
  "service_tier",
  "speed",
  "inference_geo",
  "iterations",
]);
const WRITE_FIELDS: ReadonlySet<string> = new Set(["ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"]);
const TOOL_FIELDS: ReadonlySet<string> = new Set(["web_search_requests", "web_fetch_requests"]);

/** How other providers write their totals; Anthropic writes no capital letters. */
const FOREIGN = /[A-Z]|^(prompt|completion|total|cached)_|^input_tokens_details$/;

export interface ReadUsage {
  readonly counts: Readonly<Record<TokenKind, number>>;
  readonly webSearches: number;
  /** Whether what was read is all that is billed, at prices that are known. */
  readonly isUnderstood: boolean;
}

/** What is billed of a usage object. Throws INPUT_INVALID where it is not one. */
export function readUsage(usage: AnthropicUsage): ReadUsage {
  checkObject("usage", usage);
  const foreign = Object.keys(usage).find((name) => !FIELDS.has(name) && FOREIGN.test(name));
  if (foreign !== undefined) {
    const message = "Must be the usage object of Anthropic's Messages API as it came.";
    throw invalidInput(joinPath("usage", foreign), "unknown_field", message);
  }
  const { server_tool_use: tools } = usage;
  checkObject("usage.server_tool_use", tools ?? {});
  const { counts, isExplained } = readCounts("usage", usage);
  const webSearches = tokenCount(
    "usage.server_tool_use.web_search_requests",
    tools?.web_search_requests ?? 0,
  );
  return { counts, webSearches, isUnderstood: isExplained && hasOnlyKnown(usage) };
}

/** The tokens of a usage object or of one of its iterations. Throws INPUT_INVALID naming what counts nothing. */
export function readCounts(
  path: string,
  part: AnthropicUsage,
): { readonly counts: Record<TokenKind, number>; readonly isExplained: boolean } {
  const { cache_creation: writes } = part;
  checkObject(`${path}.cache_creation`, writes ?? {});
  const written = tokenCount(`${path}.cache_creation_input_tokens`, part.cache_creation_input_tokens ?? 0);
  const cacheWrite1h = tokenCount(
    `${path}.cache_creation.ephemeral_1h_input_tokens`,
    writes?.ephemeral_1h_input_tokens ?? 0,
  );
  const told5m = tokenCount(
    `${path}.cache_creation.ephemeral_5m_input_tokens`,
    writes?.ephemeral_5m_input_tokens ?? 0,
  );
  // Without its breakdown a write is taken for the five minutes that are Anthropic's default.
  const untold = Math.max(0, written - told5m - cacheWrite1h);
  const counts: Record<TokenKind, number> = {
    input: tokenCount(`${path}.input_tokens`, part.input_tokens),
    cacheWrite5m: told5m + untold,
    cacheWrite1h,
    cacheRead: tokenCount(`${path}.cache_read_input_tokens`, part.cache_read_input_tokens ?? 0),
    output: tokenCount(`${path}.output_tokens`, part.output_tokens),
  };
  return { counts, isExplained: written === told5m + cacheWrite1h && isWithin(writes, WRITE_FIELDS) };
}

function hasOnlyKnown(usage: AnthropicUsage): boolean {
  return (
    isWithin(usage, FIELDS) &&
    isWithin(usage.server_tool_use, TOOL_FIELDS) &&
    ["standard", "batch"].includes(usage.service_tier ?? "standard")
  );
}

/** Whether everything else that the object holds is nothing. */
function isWithin(part: object | null | undefined, names: ReadonlySet<string>): boolean {
  for (const name in part) {
    if (part[name as keyof typeof part] && !names.has(name)) return false;
  }
  return true;
}
