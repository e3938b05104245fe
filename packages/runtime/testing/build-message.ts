import type { ModelFacts } from "./model-facts.ts";
import type { Json } from "./shapes.ts";
import type { Answer, AnswerBlock } from "./step.ts";

export interface Message {
  id: string;
  content: Json[];
  stopReason: string;
  stopSequence: string | null;
  usage: Usage;
}
export type Usage = ReturnType<typeof usageOf>;

/** Tokens of the prompt: a fixed number per character of what the model would read. */
export function estimateInputTokens(body: Json, model: ModelFacts): number {
  const { system, messages, tools } = body;
  return Math.max(1, Math.ceil(readableCharacters({ system, messages, tools }) * model.tokensPerCharacter));
}

/** The finished answer: what the test wants to hear, cut where the request says so. */
export function buildMessage(id: string, body: Json, model: ModelFacts, answer: Answer): Message {
  const wanted = answer.content ?? [{ type: "text" as const, text: answer.text ?? "Hello from the fake." }];
  const { blocks, stopSequence } = cutAtStopSequence(wanted, (body.stop_sequences ?? []) as string[]);
  const estimate = Math.ceil(readableCharacters(blocks) * model.tokensPerCharacter);
  const wantedTokens = answer.usage?.outputTokens ?? Math.max(1, estimate);
  const maxTokens = body.max_tokens as number;
  const usesTool = blocks.some((block) => block.type === "tool_use");
  const stopReason =
    wantedTokens > maxTokens
      ? "max_tokens"
      : (answer.stopReason ?? (stopSequence ? "stop_sequence" : usesTool ? "tool_use" : "end_turn"));
  return {
    id,
    content: maxTokens === 0 ? [] : blocks.map((block, index) => wireBlock(block, `toolu_${id}${index}`)),
    stopReason,
    stopSequence: stopReason === "stop_sequence" ? stopSequence : null,
    usage: usageOf(body, model, answer, Math.min(wantedTokens, maxTokens)),
  };
}

/** The body of an answer; a stream starts with it empty. */
export function messageBody(message: Message, model: ModelFacts) {
  return {
    id: message.id,
    type: "message",
    role: "assistant",
    model: model.id,
    container: null,
    diagnostics: null,
    content: message.content,
    stop_details: stopDetailsOf(message),
    stop_reason: message.stopReason as string | null,
    stop_sequence: message.stopSequence,
    usage: message.usage,
  };
}

export function stopDetailsOf({ stopReason }: Message) {
  return stopReason === "refusal" ? { type: "refusal", category: null, explanation: null } : null;
}

/** The whole prompt is input, cache writes and cache reads together. Field names: `Usage` of @anthropic-ai/sdk 1.12.0. */
function usageOf(body: Json, model: ModelFacts, { usage = {} }: Answer, outputTokens: number) {
  const { cacheReadTokens = 0, cacheWrite5mTokens = 0, cacheWrite1hTokens = 0 } = usage;
  const { webSearchRequests, webFetchRequests } = usage;
  const hasServerTools = webSearchRequests !== undefined || webFetchRequests !== undefined;
  const served = body.speed === "fast" && model.fast === "ignored" ? "standard" : body.speed;
  return {
    input_tokens: usage.inputTokens ?? estimateInputTokens(body, model),
    cache_creation_input_tokens: cacheWrite5mTokens + cacheWrite1hTokens,
    cache_read_input_tokens: cacheReadTokens,
    cache_creation: {
      ephemeral_5m_input_tokens: cacheWrite5mTokens,
      ephemeral_1h_input_tokens: cacheWrite1hTokens,
    },
    output_tokens: outputTokens,
    output_tokens_details: { thinking_tokens: Math.min(usage.thinkingTokens ?? 0, outputTokens) },
    server_tool_use: hasServerTools
      ? { web_search_requests: webSearchRequests ?? 0, web_fetch_requests: webFetchRequests ?? 0 }
      : null,
    service_tier: usage.serviceTier ?? "standard",
    inference_geo: model.inferenceGeo ? (body.inference_geo ?? "global") : "not_available",
    speed: served ?? null,
  };
}

function cutAtStopSequence(blocks: AnswerBlock[], sequences: string[]) {
  for (const [index, block] of blocks.entries()) {
    if (block.type !== "text") continue;
    const hits = sequences.map((sequence) => ({ sequence, at: block.text.indexOf(sequence) }));
    const [first] = hits.filter(({ at }) => at >= 0).sort((a, b) => a.at - b.at);
    if (!first) continue;
    const kept = [...blocks.slice(0, index), { ...block, text: block.text.slice(0, first.at) }];
    return { blocks: kept, stopSequence: first.sequence };
  }
  return { blocks, stopSequence: null };
}

function wireBlock(block: AnswerBlock, toolUseId: string): Json {
  switch (block.type) {
    case "text":
      return { ...block, citations: null };
    case "thinking":
      return { ...block, signature: "ZmFrZSBzaWduYXR1cmU=" };
    case "tool_use":
      return { ...block, id: toolUseId, caller: { type: "direct" } };
  }
}

/** Length of all strings inside, keys of objects left out. */
function readableCharacters(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce<number>((sum, inner) => sum + readableCharacters(inner), 0);
}
