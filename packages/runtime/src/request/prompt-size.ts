import { Buffer } from "node:buffer";

import { readTools, type ToolsRead } from "./foreseen-tools.ts";

/**
 * What the API puts around each message, block and tool definition, and the words it adds for tools, of which 804 tokens
 * are documented at most (platform.claude.com, tool use overview, 2026-08-22), and for formats, of which nothing is said.
 */
const TOKENS_PER_PART = 16;
const TOKENS_FOR_TOOLS = 1_000;
const TOKENS_FOR_FORMAT = 1_000;
/** The largest picture is scaled down to 4,784 (platform.claude.com, vision, 2026-08-22). */
const TOKENS_PER_IMAGE = 5_000;
/** What a PDF will likely have, to pace requests by: a page of 60 kB in base64 that has 3,000. */
const PDF_BYTES_PER_TOKEN = 20;

/** A tool that is defined in the middle of a conversation. */
export interface Addition {
  readonly path: string;
  readonly definition: unknown;
}

export interface PromptSize {
  /**
   * No prompt has more tokens than this; infinite for what only the context window limits. That is what is elsewhere,
   * as a file or an address, what Anthropic's tools bring in, and every PDF: requests may have 600 pages, 100 below a
   * window of a million tokens (platform.claude.com, PDF support, 2026-08-22), each of 1,500 to 3,000 tokens of text and
   * a picture of it, which is more than any window holds, and a few bytes may make a page of a compressed file.
   */
  readonly tokensMax: number;
  /** The same of the first sampling, before any tool of Anthropic's has brought anything in. */
  readonly firstMax: number;
  /** What it will likely have. */
  readonly tokensLikely: number;
  /** Whether anything but its length decides what it costs: a cache, or tools. */
  readonly isPlain: boolean;
  /** Undefined where there are none. */
  readonly tools: ToolsRead | undefined;
  readonly additions: readonly Addition[];
}

interface Sum {
  textBytes: number;
  otherTokens: number;
  /** Of what has no bound of its own. */
  unboundedTokens: number;
  isUnbounded: boolean;
  isCached: boolean;
  /** References to tools, in whose place their definitions are read. */
  references: number;
  additions: Addition[] | undefined;
}

const NO_ADDITIONS: readonly Addition[] = [];

/** How many tokens a request can be billed for: a token is at least one byte, and usually four. */
export function promptSize(parts: {
  readonly messages?: unknown;
  readonly system?: unknown;
  readonly tools?: unknown;
  readonly output_config?: unknown;
  readonly output_format?: unknown;
  readonly cache_control?: unknown;
}): PromptSize {
  const sum: Sum = {
    textBytes: 0,
    otherTokens: 0,
    unboundedTokens: 0,
    isUnbounded: false,
    isCached: parts.cache_control !== undefined && parts.cache_control !== null,
    references: 0,
    additions: undefined,
  };
  add(parts.messages, sum);
  add(parts.system, sum);
  addFormat(parts.output_config, sum);
  addFormat(parts.output_format, sum);
  const tools = Array.isArray(parts.tools) && parts.tools.length > 0 ? addTools(parts.tools, sum) : undefined;
  const { textBytes, otherTokens, unboundedTokens, isUnbounded } = sum;
  const firstMax = isUnbounded ? Number.POSITIVE_INFINITY : textBytes + otherTokens + TOKENS_PER_PART;
  return {
    isPlain: !sum.isCached && parts.tools === undefined,
    tokensMax: tools?.bringsIn ? Number.POSITIVE_INFINITY : firstMax,
    firstMax,
    tokensLikely: Math.ceil(textBytes / 4) + otherTokens + unboundedTokens,
    tools,
    additions: sum.additions ?? NO_ADDITIONS,
  };
}

function addTools(tools: readonly unknown[], sum: Sum): ToolsRead {
  const read = readTools(tools);
  const bytes = Buffer.byteLength(JSON.stringify(tools));
  const copies = sum.references + (read.repeatsTools ? read.samplings : 1);
  sum.textBytes += bytes * Math.max(1, copies);
  sum.otherTokens += TOKENS_FOR_TOOLS + tools.length * TOKENS_PER_PART + read.tokens;
  return read;
}

function addFormat(format: unknown, sum: Sum): void {
  if (format === undefined || format === null) return;
  sum.otherTokens += TOKENS_FOR_FORMAT;
  addWritten(format, sum);
}

function add(value: unknown, sum: Sum): void {
  if (typeof value === "string") {
    sum.textBytes += Buffer.byteLength(value);
    return;
  }
  if (value === undefined) return;
  if (typeof value !== "object" || value === null) {
    sum.textBytes += 8;
    return;
  }
  if (Array.isArray(value)) {
    for (const part of value) add(part, sum);
    return;
  }
  sum.otherTokens += TOKENS_PER_PART;
  const { type } = value as { type?: unknown };
  if (type === "tool_reference") sum.references += 1;
  else if (type === "tool_addition") addDefinition(value, sum);
  const isShown = addShown(value, sum);
  for (const name in value) {
    if (name === "cache_control") sum.isCached = true;
    if (name === "source" && isShown) continue;
    sum.textBytes += Buffer.byteLength(name);
    const part = (value as Record<string, unknown>)[name];
    if (name === "input") addWritten(part, sum);
    else add(part, sum);
  }
}

/** What tools are described by and called with is read as JSON, whatever it looks like. */
function addWritten(value: unknown, sum: Sum): void {
  if (value !== undefined) sum.textBytes += Buffer.byteLength(JSON.stringify(value));
}

/** Adds a picture or a document, whatever it weighs; says whether it is one, and no text. */
function addShown(block: { type?: unknown; source?: { type?: unknown; data?: unknown } }, sum: Sum): boolean {
  const { type, source } = block;
  if (source?.type === "text" || source?.type === "content") return false;
  if (type === "image") {
    sum.otherTokens += TOKENS_PER_IMAGE;
    return true;
  }
  if (type !== "document") return false;
  sum.isUnbounded = true;
  if (typeof source?.data === "string") {
    sum.unboundedTokens += Math.ceil(source.data.length / PDF_BYTES_PER_TOKEN);
  }
  return true;
}

/** A custom tool counts by its text, as everything else does. */
function addDefinition(block: { tool?: { definition?: unknown } }, sum: Sum): void {
  const definition: { type?: unknown } | undefined | null = block.tool?.definition ?? undefined;
  if (definition === undefined || (definition.type ?? "custom") === "custom") return;
  sum.additions ??= [];
  sum.additions.push({ path: "messages", definition });
}
