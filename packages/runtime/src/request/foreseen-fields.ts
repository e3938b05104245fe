/**
 * Fields whose cost the size of the prompt, `max_tokens` and the price of the model bound (`MessageCreateParamsBase` of
 * @anthropic-ai/sdk 1.12, the sampling parameters of 2023-06-01, and of its beta namespace what adds nothing that is
 * billed). Others may do anything at any price.
 */
const FORESEEN: ReadonlySet<string> = new Set([
  "model",
  "messages",
  "max_tokens",
  "cache_control",
  "diagnostics",
  "fallback_credit_token",
  "inference_geo",
  "metadata",
  "output_config",
  "output_format",
  "service_tier",
  "speed",
  "stop_sequences",
  "stream",
  "system",
  "temperature",
  "thinking",
  "tool_choice",
  "tools",
  "top_k",
  "top_p",
  "user_profile_id",
  "workspace_id",
]);
/** Edits that only take away; a compaction is an answer of its own, which `max_tokens` does not limit. */
const CLEARING: ReadonlySet<unknown> = new Set(["clear_tool_uses_20250919", "clear_thinking_20251015"]);
/** Whether what bounds the cost of an answer bounds it with that field too; what is null is not there. */
export function isForeseen(name: string, params: object): boolean {
  if (FORESEEN.has(name)) return true;
  const value = (params as Readonly<Record<string, unknown>>)[name] ?? undefined;
  if (Array.isArray(value) && value.length === 0) return true;
  return value === undefined || (name === "context_management" && isClearing(value));
}

function isClearing(value: unknown): boolean {
  const { edits } = value as { edits?: unknown };
  return (
    Array.isArray(edits) && edits.every((edit) => CLEARING.has((edit as { type?: unknown } | null)?.type))
  );
}
