import { findModel, type MessageParams, type ModelCatalogue } from "@ai-config/config-core";

/**
 * How fast an answer is taken to be written where nobody sees how much of it there is. It is our own bound, not
 * Anthropic's word: no Claude model writes nearly a thousand tokens a second, not in fast mode either.
 */
const TOKENS_PER_MS = 1;

/** The most tokens that an answer can have so long after it was asked for. */
export function mostWritten(elapsedMs: number, maxTokens: number): number {
  return Math.min(maxTokens, Math.max(0, Math.ceil(elapsedMs * TOKENS_PER_MS)));
}

/**
 * Whether a request may be answered with thoughts, which are billed in full and shown in short or not at all. A model
 * that nobody knows may.
 */
export function mayThink(
  { model, thinking }: Pick<MessageParams, "model" | "thinking">,
  models: ModelCatalogue,
): boolean {
  if (thinking !== undefined) return thinking.type !== "disabled";
  return findModel(model, models)?.thinksByDefault ?? true;
}
