import { Buffer } from "node:buffer";
import type { AnthropicUsage } from "@ai-config/config-core";
import type {
  ContentBlock,
  Message,
  RawMessageStreamEvent,
} from "@anthropic-ai/sdk/resources/messages/messages";

/**
 * How many bytes of an answer are taken for a token where nothing says how many it has. Prose has four and more, so that
 * too little is seldom booked of it; figures, symbols and some scripts have fewer. It counts what was shown: thoughts
 * that were summed up or left out are billed beside it.
 */
const BYTES_PER_TOKEN = 3;

/** Blocks of which more is written, and billed, than is shown. */
const HIDDEN: ReadonlySet<string> = new Set(["thinking", "redacted_thinking"]);

/** What has prompts read again: uses of tools that Anthropic runs, with what came of them, and models that declined. */
interface Rereading {
  times: number;
  searches: number;
  /** Of all results of tools, as they came in. */
  bytes: number;
}

/** What is known so far of what one request is billed for. */
export interface AnswerMeter {
  /** `refused`: nothing is billed. `unseen`: an answer may be under way that nobody saw anything of. */
  state: "refused" | "unseen" | "begun" | "complete";
  /** As Anthropic reported it last. */
  usage: AnthropicUsage | undefined;
  model: string | undefined;
  /** Who goes on with the answer since a model declined to; undefined where none did. */
  fallback: string | undefined;
  stopReason: string | null;
  /** Of the answer, as it came in. */
  bytes: number;
  /** Undefined where the prompt was read once. */
  rereading: Rereading | undefined;
  /** When the request was sent, or was about to be, by the steady clock. */
  readonly sentAt: number;
  /** How long the answer was being shown as it was written. */
  shownMs: number;
  /** Since when it is; undefined while nothing is shown. */
  shownFrom: number | undefined;
}

export function startMeter(sentAt: number): AnswerMeter {
  return {
    state: "refused",
    usage: undefined,
    model: undefined,
    fallback: undefined,
    stopReason: null,
    bytes: 0,
    rereading: undefined,
    sentAt,
    shownMs: 0,
    shownFrom: undefined,
  };
}

export function meterMessage(meter: AnswerMeter, { usage, model, stop_reason }: Message): void {
  meter.state = "complete";
  meter.usage = usageOf(usage);
  meter.model = textOf(model);
  meter.stopReason = textOf(stop_reason) ?? null;
}

/** Whether an event has the parts that readers of it rely on. */
export function isWholeEvent(event: unknown): event is RawMessageStreamEvent {
  if (!isRecord(event)) return false;
  const { type, message, delta, usage, content_block: block } = event as Readonly<Record<string, unknown>>;
  switch (type) {
    case "message_start":
      return isRecord(message) && hasBlocks(message);
    case "content_block_start":
      return isBlock(block);
    case "content_block_delta":
      return isRecord(delta);
    case "message_delta":
      return isRecord(delta) && isRecord(usage);
    default:
      return true;
  }
}

/** Whether there is an answer to read: a list of blocks that say what they are. */
export function hasBlocks({ content }: { readonly content?: unknown }): boolean {
  return Array.isArray(content) && content.every(isBlock);
}

/** `at` is when it came, by the clock of `sentAt`. */
export function meterEvent(meter: AnswerMeter, event: RawMessageStreamEvent, at: number): void {
  switch (event.type) {
    case "content_block_start":
      if (!HIDDEN.has(event.content_block.type)) meter.shownFrom ??= at;
      noteBlock(meter, event.content_block);
      return;
    case "content_block_stop":
      meter.shownMs = shownMsAt(meter, at);
      meter.shownFrom = undefined;
      return;
    case "message_start":
      meter.state = "begun";
      meter.usage = usageOf(event.message.usage);
      meter.model = textOf(event.message.model);
      return;
    case "content_block_delta":
      for (const [name, part] of Object.entries(event.delta)) {
        if (name !== "type" && typeof part === "string") meter.bytes += Buffer.byteLength(part);
      }
      return;
    case "message_delta":
      meter.usage = { ...meter.usage, ...known(event.usage) } as AnthropicUsage;
      meter.stopReason = textOf(event.delta.stop_reason) ?? null;
      if (meter.stopReason !== null) meter.state = "complete";
      return;
  }
}

function noteBlock(meter: AnswerMeter, block: ContentBlock): void {
  const { type, name, content, to } = block as {
    type: string;
    name?: unknown;
    content?: unknown;
    to?: { model?: unknown };
  };
  if (type === "server_tool_use") {
    const rereading = rereadingOf(meter);
    rereading.times += 1;
    if (name === "web_search") rereading.searches += 1;
  } else if (type === "fallback") {
    rereadingOf(meter).times += 1;
    meter.fallback = textOf(to?.model);
  } else if (type.endsWith("_tool_result")) {
    rereadingOf(meter).bytes += Buffer.byteLength(JSON.stringify(content ?? ""));
  }
}

function rereadingOf(meter: AnswerMeter): Rereading {
  meter.rereading ??= { times: 0, searches: 0, bytes: 0 };
  return meter.rereading;
}

/** The model that answered, or that was answering when it was seen last. */
export function answeringModel({ fallback, model }: AnswerMeter): string | undefined {
  return fallback ?? model;
}

/** How long until a moment the answer was being shown as it was written: meanwhile nothing was thought. */
export function shownMsAt({ shownMs, shownFrom }: AnswerMeter, at: number): number {
  return shownMs + (shownFrom === undefined ? 0 : Math.max(0, at - shownFrom));
}

/**
 * What an answer that was broken off is billed for, as far as it was seen. `hiddenTokens` is what may have been written
 * by then without being shown.
 */
export function usageSoFar(
  { usage, bytes, rereading }: AnswerMeter,
  { maxTokens, hiddenTokens }: { readonly maxTokens: number; readonly hiddenTokens: number },
): AnthropicUsage | undefined {
  if (usage === undefined) return undefined;
  const seen = Math.ceil(bytes / BYTES_PER_TOKEN);
  const written = Math.min(maxTokens, seen + hiddenTokens);
  const soFar = { ...usage, output_tokens: Math.max(usage.output_tokens, written) };
  return rereading === undefined ? soFar : withRereading(soFar, rereading);
}

/** The beginning tells of the first prompt alone; the others, and the searches, would have been told at the end. */
function withRereading(usage: AnthropicUsage, { times, searches, bytes }: Rereading): AnthropicUsage {
  const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens, server_tool_use } = usage;
  const prompt = input_tokens + (cache_read_input_tokens ?? 0) + (cache_creation_input_tokens ?? 0);
  return {
    ...usage,
    input_tokens: input_tokens + times * (prompt + Math.ceil(bytes / BYTES_PER_TOKEN)),
    server_tool_use: {
      ...server_tool_use,
      web_search_requests: Math.max(searches, server_tool_use?.web_search_requests ?? 0),
    },
  };
}

/** The last event repeats only a part: what it leaves null stays as it was. */
function known(usage: object): object {
  return Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== null));
}

/** What stands between us and Anthropic may answer in shapes of its own: none of them may keep a call from its end. */
function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isBlock(value: unknown): boolean {
  return isRecord(value) && "type" in value && typeof value.type === "string";
}

function usageOf(value: unknown): AnthropicUsage | undefined {
  return isRecord(value) ? (value as AnthropicUsage) : undefined;
}

function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
