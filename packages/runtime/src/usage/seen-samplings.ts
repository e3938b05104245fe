import { Buffer } from "node:buffer";
import type { AnthropicUsage } from "@ai-config/config-core";
import type { ContentBlock } from "@anthropic-ai/sdk/resources/messages/messages";

/**
 * How many bytes of an answer are taken for a token where nothing says how many it has. Prose has four and more, so that
 * too little is seldom booked of it; figures, symbols and some scripts have fewer. It counts what was shown: thoughts
 * that were summed up or left out are billed beside it.
 */
const BYTES_PER_TOKEN = 3;

/** One reading of the prompt, and what was written after it. */
interface Sampling {
  /** As the iterations of a usage call it. */
  readonly type: "message" | "fallback_message" | "advisor_message";
  /** Undefined where it is that of the beginning, or an advisor's, which blocks do not name. */
  readonly model: string | undefined;
  /** What its prompt holds beside that of the first: what was written before, and what tools brought in. */
  promptBytes: number;
  bytes: number;
}

/** What a stream has shown of the samplings that make up its answer. */
export interface SeenSamplings {
  /** In their order, the first of which the beginning of the stream tells the prompt. */
  readonly all: Sampling[];
  /** The one that writes. */
  current: Sampling;
  searches: number;
}

export function noSamplings(): SeenSamplings {
  const first: Sampling = { type: "message", model: undefined, promptBytes: 0, bytes: 0 };
  return { all: [first], current: first, searches: 0 };
}

/** Notes a block whose beginning tells of a new sampling: a tool that Anthropic runs, or a model that took over. */
export function noteBlock(seen: SeenSamplings, block: ContentBlock): void {
  const { type, name, content, to } = block as {
    type: string;
    name?: unknown;
    content?: unknown;
    to?: { model?: unknown };
  };
  if (type === "server_tool_use") {
    if (name === "web_search") seen.searches += 1;
    if (name === "advisor") begin(seen, "advisor_message", undefined);
    seen.current = begin(seen, seen.current.type, seen.current.model);
  } else if (type === "fallback") {
    seen.current = begin(seen, "fallback_message", typeof to?.model === "string" ? to.model : undefined);
  } else if (type.endsWith("_tool_result")) {
    const bytes = Buffer.byteLength(JSON.stringify(content ?? ""));
    seen.current.promptBytes += bytes;
    const advice =
      type === "advisor_tool_result" && seen.all.findLast((one) => one.type === "advisor_message");
    if (advice) advice.bytes += bytes;
  }
}

function begin({ all, current }: SeenSamplings, type: Sampling["type"], model: string | undefined): Sampling {
  const sampling = { type, model, promptBytes: current.promptBytes + current.bytes, bytes: 0 };
  all.push(sampling);
  return sampling;
}

export interface Unshown {
  /** The model whose prices hold for what does not name another one. */
  readonly model: string;
  readonly maxTokens: number;
  /** What may have been written by now without being shown. */
  readonly hiddenTokens: number;
  /** The model that the request lets be asked for advice. */
  readonly advisor: string | undefined;
}

type Count = "input_tokens" | "output_tokens" | "cache_read_input_tokens" | "cache_creation_input_tokens";

/** A sampling as the usage of a whole answer lists it. */
interface Iteration extends Pick<AnthropicUsage, Count | "cache_creation"> {
  readonly type: Sampling["type"];
  readonly model: string;
}

/**
 * What all that was seen is billed for, from the usage that the beginning told: of the first prompt alone. The others,
 * and the searches, would have been told at the end.
 */
export function usageOfSeen(usage: AnthropicUsage, seen: SeenSamplings, unshown: Unshown): AnthropicUsage {
  const { all, searches } = seen;
  const [first] = all as [Sampling];
  if (all.length === 1) {
    return { ...usage, output_tokens: Math.max(usage.output_tokens, writtenIn(first, seen, unshown)) };
  }
  const hasFallback = all.some(({ type }) => type === "fallback_message");
  const iterations: Iteration[] = [];
  for (const one of all) {
    const { type } = one;
    const model = type === "advisor_message" ? unshown.advisor : (one.model ?? unshown.model);
    const output_tokens = writtenIn(one, seen, unshown);
    // A model that declines before it writes is not billed.
    if (model === undefined || (hasFallback && type === "message" && output_tokens === 0)) continue;
    iterations.push({ type, model, ...promptOf(usage, one, first), output_tokens });
  }
  const counted = iterations.filter(({ type }) => type !== "advisor_message");
  const total = (count: Count) => counted.reduce((sum, one) => sum + (one[count] ?? 0), 0);
  return {
    ...usage,
    input_tokens: total("input_tokens"),
    output_tokens: total("output_tokens"),
    cache_read_input_tokens: total("cache_read_input_tokens"),
    cache_creation_input_tokens: total("cache_creation_input_tokens"),
    cache_creation: counted.find((one) => one.cache_creation)?.cache_creation,
    iterations,
    server_tool_use: {
      ...usage.server_tool_use,
      web_search_requests: Math.max(searches, usage.server_tool_use?.web_search_requests ?? 0),
    },
  };
}

function writtenIn(one: Sampling, { current }: SeenSamplings, { maxTokens, hiddenTokens }: Unshown): number {
  const tokens = tokensOf(one.bytes);
  if (one.type === "advisor_message") return tokens;
  return Math.min(maxTokens, tokens + (one === current ? hiddenTokens : 0));
}

/** The first prompt as it was told; of the others nobody knows what was read from a cache. */
function promptOf(
  usage: AnthropicUsage,
  one: Sampling,
  first: Sampling,
): Omit<Iteration, "type" | "model" | "output_tokens"> {
  const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens, cache_creation } = usage;
  if (one === first) {
    return { input_tokens, cache_read_input_tokens, cache_creation_input_tokens, cache_creation };
  }
  const all = input_tokens + (cache_read_input_tokens ?? 0) + (cache_creation_input_tokens ?? 0);
  return { input_tokens: all + tokensOf(one.promptBytes) };
}

function tokensOf(bytes: number): number {
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}
