import type { TestAnswer } from "../../data/use-test-call.ts";

type Stopped = Pick<TestAnswer, "text" | "stopReason" | "contentTypes">;

/** Why an answer ends where it does, where that is not its own end. */
const endings: Record<string, string> = {
  refusal: "Claude declined to answer",
  max_tokens: "The limit of output tokens was reached",
  model_context_window_exceeded: "The model's context window was full",
  pause_turn: "Claude paused in the middle of a long turn",
  tool_use: "Claude asked for a tool, and a test call has none",
  stop_sequence: "A stop sequence of the configuration ended the answer",
};

/** Why there is no text, or why it ends where it does; undefined where Claude had said what it had to say. */
export function stopWords({ text, stopReason, contentTypes }: Stopped): string | undefined {
  const hasEnded = stopReason === null || stopReason === "end_turn";
  const ending = hasEnded ? undefined : (endings[stopReason] ?? `The answer ended with “${stopReason}”`);
  if (text !== "") return ending && `${ending}.`;
  const isThinking = contentTypes.length > 0 && contentTypes.every((type) => type.endsWith("thinking"));
  const without = isThinking ? "all of the answer is thinking, and none is text" : "no text came back";
  return ending ? `${ending}: ${without}.` : `${without.charAt(0).toUpperCase()}${without.slice(1)}.`;
}
