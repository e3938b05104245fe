import { Buffer } from "node:buffer";
import type { AnthropicUsage } from "@ai-config/config-core";
import type { Message, RawMessageStreamEvent } from "@anthropic-ai/sdk/resources/messages/messages";

/** How much of an answer's text makes a token at most, so that too little is seldom booked. */
const BYTES_PER_TOKEN = 3;

/** What is known so far of what one request is billed for. */
export interface AnswerMeter {
  /** `refused`: nothing is billed. `unseen`: an answer may be under way that nobody saw anything of. */
  state: "refused" | "unseen" | "begun" | "complete";
  /** As Anthropic reported it last. */
  usage: AnthropicUsage | undefined;
  model: string | undefined;
  stopReason: string | null;
  /** Of the answer, as it came in. */
  bytes: number;
  /** Whether the caller got anything of the answer. */
  isDelivered: boolean;
}

export function startMeter(): AnswerMeter {
  return {
    state: "refused",
    usage: undefined,
    model: undefined,
    stopReason: null,
    bytes: 0,
    isDelivered: false,
  };
}

export function meterMessage(meter: AnswerMeter, { usage, model, stop_reason }: Message): void {
  meter.state = "complete";
  meter.usage = usage;
  meter.model = model;
  meter.stopReason = stop_reason;
}

export function meterEvent(meter: AnswerMeter, event: RawMessageStreamEvent): void {
  switch (event.type) {
    case "message_start":
      meter.state = "begun";
      meter.usage = event.message.usage;
      meter.model = event.message.model;
      return;
    case "content_block_delta":
      for (const [name, part] of Object.entries(event.delta)) {
        if (name !== "type" && typeof part === "string") meter.bytes += Buffer.byteLength(part);
      }
      return;
    case "message_delta":
      meter.usage = { ...meter.usage, ...known(event.usage) } as AnthropicUsage;
      meter.stopReason = event.delta.stop_reason;
      if (event.delta.stop_reason !== null) meter.state = "complete";
      return;
    case "message_stop":
      meter.state = "complete";
      return;
  }
}

/** What an answer that was broken off is billed for, as far as it was seen. */
export function usageSoFar({ usage, bytes }: AnswerMeter, maxTokens: number): AnthropicUsage | undefined {
  if (usage === undefined) return undefined;
  const seen = Math.min(maxTokens, Math.ceil(bytes / BYTES_PER_TOKEN));
  return { ...usage, output_tokens: Math.max(usage.output_tokens, seen) };
}

/** The last event repeats only a part: what it leaves null stays as it was. */
function known(usage: object): object {
  return Object.fromEntries(Object.entries(usage).filter(([, value]) => value !== null));
}
