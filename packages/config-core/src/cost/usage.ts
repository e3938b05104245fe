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
  /** Whether the counts are all that is billed, at prices that are known. */
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
  const { cache_creation: writes, server_tool_use: tools } = usage;
  checkObject("usage.cache_creation", writes ?? {});
  checkObject("usage.server_tool_use", tools ?? {});
  const written = tokenCount("usage.cache_creation_input_tokens", usage.cache_creation_input_tokens ?? 0);
  const cacheWrite1h = tokenCount(
    "usage.cache_creation.ephemeral_1h_input_tokens",
    writes?.ephemeral_1h_input_tokens ?? 0,
  );
  const told5m = tokenCount(
    "usage.cache_creation.ephemeral_5m_input_tokens",
    writes?.ephemeral_5m_input_tokens ?? 0,
  );
  // Without its breakdown a write is taken for the five minutes that are Anthropic's default.
  const untold = Math.max(0, written - told5m - cacheWrite1h);
  const counts: Record<TokenKind, number> = {
    input: tokenCount("usage.input_tokens", usage.input_tokens),
    cacheWrite5m: told5m + untold,
    cacheWrite1h,
    cacheRead: tokenCount("usage.cache_read_input_tokens", usage.cache_read_input_tokens ?? 0),
    output: tokenCount("usage.output_tokens", usage.output_tokens),
  };
  const webSearches = tokenCount(
    "usage.server_tool_use.web_search_requests",
    tools?.web_search_requests ?? 0,
  );
  const isUnderstood = written === told5m + cacheWrite1h && hasOnlyKnown(usage);
  return { counts, webSearches, isUnderstood };
}

function hasOnlyKnown(usage: AnthropicUsage & { readonly iterations?: unknown }): boolean {
  const { iterations } = usage;
  return (
    isWithin(usage, FIELDS) &&
    isWithin(usage.cache_creation, WRITE_FIELDS) &&
    isWithin(usage.server_tool_use, TOOL_FIELDS) &&
    ["standard", "batch"].includes(usage.service_tier ?? "standard") &&
    // The totals leave out every other kind: a compaction, the answer of another model.
    (!iterations || (Array.isArray(iterations) && iterations.every((one) => one?.type === "message")))
  );
}

/** Whether everything else that the object holds is nothing. */
function isWithin(part: object | null | undefined, names: ReadonlySet<string>): boolean {
  for (const name in part) {
    if (part[name as keyof typeof part] && !names.has(name)) return false;
  }
  return true;
}
