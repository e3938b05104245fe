import { setTimeout as sleep } from "node:timers/promises";

import { errorBody } from "./api-error.ts";
import { type Message, messageBody, stopDetailsOf } from "./build-message.ts";
import type { Exchange } from "./exchange.ts";
import type { ModelFacts } from "./model-facts.ts";
import type { Json } from "./shapes.ts";
import type { Answer } from "./step.ts";

/** Sends a message as server-sent events, stops at once when the client goes, and records what it got. */
export async function streamMessage(
  { response, record, left, reset }: Exchange,
  { message, model, answer }: { message: Message; model: ModelFacts; answer: Answer },
): Promise<void> {
  const send = (type: string, data: object) => {
    const json = JSON.stringify({ type, ...data });
    // Something between has cut it.
    const isCut = answer.isMalformed && type === "content_block_delta";
    response.write(`event: ${type}\ndata: ${isCut ? json.slice(0, -2) : json}\n\n`);
  };
  const breakOff = (how: NonNullable<Answer["breakAfter"]>["with"]) => {
    if (how === "hang") return;
    // What was written must leave before the connection breaks.
    if (how === "reset") response.write(": \n\n", () => setImmediate(reset));
    else response.end(`event: error\ndata: ${JSON.stringify(errorBody(how, record.requestId))}\n\n`);
  };
  const { usage } = message;
  const started = { ...usage, output_tokens: Math.min(1, usage.output_tokens) };
  const blocks = message.content.map((block) => ({ block, deltas: deltasOf(block, answer.chunks ?? 3) }));
  const deltaCount = blocks.reduce((sum, { deltas }) => sum + deltas.length, 0);
  let sent = 0;

  // Not even the first event.
  if ((answer.breakAfter?.chunks ?? 0) < 0) return breakOff(answer.breakAfter?.with ?? "hang");
  send("message_start", {
    message: {
      ...messageBody({ ...message, content: [], stopSequence: null }, model),
      stop_details: null,
      stop_reason: null,
      usage: { ...started, output_tokens_details: { thinking_tokens: 0 }, server_tool_use: null },
    },
  });
  for (const [index, { block, deltas }] of blocks.entries()) {
    send("content_block_start", { index, content_block: emptied(block) });
    if (index === 0) send("ping", {});
    for (const delta of deltas) {
      if (answer.breakAfter?.chunks === sent) return breakOff(answer.breakAfter.with);
      if (answer.chunkDelayMs) await sleep(answer.chunkDelayMs, undefined, { signal: left });
      left.throwIfAborted();
      send("content_block_delta", { index, delta });
      sent += 1;
      record.outputTokensSent = Math.round((usage.output_tokens * sent) / deltaCount);
    }
    send("content_block_stop", { index });
  }
  if (answer.breakAfter) return breakOff(answer.breakAfter.with);
  const { cache_creation: _, service_tier: _tier, inference_geo: _geo, speed: _speed, ...cumulative } = usage;
  send("message_delta", {
    delta: {
      container: null,
      stop_details: stopDetailsOf(message),
      stop_reason: message.stopReason,
      stop_sequence: message.stopSequence,
    },
    usage: cumulative,
  });
  send("message_stop", {});
  response.end();
}

/** A thinking block ends with its signature, as one more delta. */
function deltasOf(block: Json, chunks: number): Json[] {
  if (block.type === "tool_use") {
    const json = JSON.stringify(block.input);
    return pieces(json, chunks).map((partial_json) => ({ type: "input_json_delta", partial_json }));
  }
  if (block.type === "thinking") {
    const thoughts = pieces(block.thinking as string, chunks);
    return [
      ...thoughts.map((thinking) => ({ type: "thinking_delta", thinking })),
      { type: "signature_delta", signature: block.signature },
    ];
  }
  return pieces(block.text as string, chunks).map((text) => ({ type: "text_delta", text }));
}

function emptied(block: Json): Json {
  if (block.type === "tool_use") return { ...block, input: {} };
  if (block.type === "thinking") return { ...block, thinking: "", signature: "" };
  return { ...block, text: "" };
}

/** As many pieces as asked for and possible, none of them empty. */
function pieces(text: string, count: number): string[] {
  const size = Math.max(1, Math.ceil(text.length / Math.max(1, count)));
  return Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
    text.slice(i * size, (i + 1) * size),
  );
}
