import type { Message, Usage } from "@anthropic-ai/sdk/resources/messages/messages";

type Fields = Record<string, unknown>;

/**
 * Puts right, in the message itself, what its type does not allow. What stands between us and Anthropic may leave out
 * or make up figures: that is no reason to lose an answer that is paid for, and none to show them. `asked` is the model
 * that was asked.
 */
export function makeReadable(message: Message, asked: string): Message {
  const { model, stop_reason: reason, usage } = message as unknown as Fields;
  if (typeof model !== "string") message.model = asked;
  if (typeof reason !== "string" && reason !== null) message.stop_reason = null;
  if (!isReadableUsage(usage)) message.usage = readableUsage(isRecord(usage) ? usage : {});
  return message;
}

/** So in nearly all cases, without a copy. */
function isReadableUsage(usage: unknown): usage is Usage {
  if (!isRecord(usage)) return false;
  return (
    isCount(usage.input_tokens) &&
    isCount(usage.output_tokens) &&
    isCountOrAbsent(usage.cache_read_input_tokens) &&
    isCountOrAbsent(usage.cache_creation_input_tokens) &&
    areCounts(usage.cache_creation) &&
    areCounts(usage.output_tokens_details) &&
    areCounts(usage.server_tool_use)
  );
}

function readableUsage(given: Fields): Usage {
  return {
    ...given,
    input_tokens: countOf(given.input_tokens),
    output_tokens: countOf(given.output_tokens),
    cache_read_input_tokens: isCount(given.cache_read_input_tokens) ? given.cache_read_input_tokens : null,
    cache_creation_input_tokens: isCount(given.cache_creation_input_tokens)
      ? given.cache_creation_input_tokens
      : null,
    cache_creation: countsOf(given.cache_creation),
    output_tokens_details: countsOf(given.output_tokens_details),
    server_tool_use: countsOf(given.server_tool_use),
  } as Usage;
}

function countOf(value: unknown): number {
  return isCount(value) ? value : 0;
}

function countsOf(value: unknown): Record<string, number> | null {
  if (!isRecord(value)) return null;
  return Object.fromEntries(Object.entries(value).map(([name, count]) => [name, countOf(count)]));
}

function areCounts(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (!isRecord(value)) return false;
  for (const name in value) if (!isCount(value[name])) return false;
  return true;
}

function isCountOrAbsent(value: unknown): boolean {
  return value === undefined || value === null || isCount(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isRecord(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
