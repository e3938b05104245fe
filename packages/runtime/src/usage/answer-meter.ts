import { Buffer } from "node:buffer";
import type { AnthropicUsage } from "@ai-config/config-core";
import type { Message, RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages/messages";

import { noSamplings, noteBlock, type SeenSamplings } from "./seen-samplings.ts";

/** Blocks of which more is written, and billed, than is shown. */
const HIDDEN: ReadonlySet<string> = new Set(["thinking", "redacted_thinking"]);

/** What is known so far of what one request is billed for. */
export interface AnswerMeter {
  /** `refused`: nothing is billed. `unseen`: an answer may be under way that nobody saw anything of. */
  state: "refused" | "unseen" | "begun" | "complete";
  /** As Anthropic reported it last. */
  usage: AnthropicUsage | undefined;
  model: string | undefined;
  stopReason: string | null;
  /** What was seen of a stream. */
  readonly seen: SeenSamplings;
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
    stopReason: null,
    seen: noSamplings(),
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
      noteBlock(meter.seen, event.content_block);
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
        if (name !== "type" && typeof part === "string") meter.seen.current.bytes += Buffer.byteLength(part);
      }
      return;
    case "message_delta":
      meter.usage = { ...meter.usage, ...known(event.usage) } as AnthropicUsage;
      meter.stopReason = textOf(event.delta.stop_reason) ?? null;
      if (meter.stopReason !== null) meter.state = "complete";
      return;
  }
}

/** The model that answered, or that was answering when it was seen last. */
export function answeringModel({ seen, model }: AnswerMeter): string | undefined {
  return seen.current.model ?? model;
}

/** How long until a moment the answer was being shown as it was written: meanwhile nothing was thought. */
export function shownMsAt({ shownMs, shownFrom }: AnswerMeter, at: number): number {
  return shownMs + (shownFrom === undefined ? 0 : Math.max(0, at - shownFrom));
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
