import { Buffer } from "node:buffer";

/** What the API puts around each message, block and tool definition, and the words it adds for tools. */
const TOKENS_PER_PART = 16;
const TOKENS_FOR_TOOLS = 1_000;
/** The largest picture is scaled down to fewer. */
const TOKENS_PER_IMAGE = 5_000;
/** A page is read as text and as a picture. */
const TOKENS_PER_PAGE = 8_000;
/** No page of a PDF takes fewer bytes of base64. */
const BYTES_PER_PAGE = 1_000;

export interface PromptSize {
  /** No prompt has more tokens than this; infinite where a part of it is elsewhere, as a file or an address. */
  readonly tokensMax: number;
  /** What it will likely have. */
  readonly tokensLikely: number;
  /** Whether anything but its length decides what it costs: a cache, or tools. */
  readonly isPlain: boolean;
}

interface Sum {
  textBytes: number;
  otherTokens: number;
  isCached: boolean;
}

/** How many tokens a request can be billed for: a token is at least one byte, and usually four. */
export function promptSize(parts: {
  readonly messages?: unknown;
  readonly system?: unknown;
  readonly tools?: unknown;
  readonly output_config?: unknown;
  readonly cache_control?: unknown;
}): PromptSize {
  const isCached = parts.cache_control !== undefined && parts.cache_control !== null;
  const sum: Sum = { textBytes: 0, otherTokens: 0, isCached };
  add(parts.messages, sum);
  add(parts.system, sum);
  addWritten(parts.output_config, sum);
  if (Array.isArray(parts.tools) && parts.tools.length > 0) {
    sum.otherTokens += TOKENS_FOR_TOOLS;
    sum.otherTokens += parts.tools.length * TOKENS_PER_PART;
    addWritten(parts.tools, sum);
    // What a tool of Anthropic's brings in is part of the prompt as well.
    if (parts.tools.some(isServerTool)) sum.otherTokens = Number.POSITIVE_INFINITY;
  }
  const { textBytes, otherTokens } = sum;
  return {
    isPlain: !sum.isCached && parts.tools === undefined,
    tokensMax: textBytes + otherTokens + TOKENS_PER_PART,
    tokensLikely: Math.ceil(textBytes / 4) + (Number.isFinite(otherTokens) ? otherTokens : 0),
  };
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
  const tokens = shownTokens(value);
  if (tokens !== undefined) sum.otherTokens += tokens;
  for (const name in value) {
    if (name === "cache_control") sum.isCached = true;
    if (name === "source" && tokens !== undefined) continue;
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

/** What the source of a picture or a document takes, whatever it weighs; undefined for what is text. */
function shownTokens(block: { type?: unknown; source?: { type?: unknown; data?: unknown } }) {
  const { type, source } = block;
  if (source?.type === "text" || source?.type === "content") return undefined;
  if (type === "image") return TOKENS_PER_IMAGE;
  return type === "document" ? documentTokens(source?.data) : undefined;
}

function documentTokens(data: unknown): number {
  if (typeof data !== "string") return Number.POSITIVE_INFINITY;
  return Math.ceil(data.length / BYTES_PER_PAGE) * TOKENS_PER_PAGE;
}

function isServerTool(tool: unknown): boolean {
  const { type } = (tool ?? {}) as { type?: unknown };
  return typeof type === "string" && /^(web_|code_execution|mcp_)/.test(type);
}
