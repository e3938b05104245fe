import { expect, test } from "vitest";
import { stopWords } from "./stop-words.ts";

const text = { text: "Hello", contentTypes: ["text"] };
const nothing = { text: "", contentTypes: [] };
const thinking = { text: "", contentTypes: ["thinking", "redacted_thinking"] };

test.each([
  ["refusal", "Claude declined to answer: no text came back."],
  ["max_tokens", "The limit of output tokens was reached: no text came back."],
  ["model_context_window_exceeded", "The model's context window was full: no text came back."],
  ["pause_turn", "Claude paused in the middle of a long turn: no text came back."],
  ["tool_use", "Claude asked for a tool, and a test call has none: no text came back."],
  ["stop_sequence", "A stop sequence of the configuration ended the answer: no text came back."],
  ["end_turn", "No text came back."],
  ["a_new_reason", "The answer ended with “a_new_reason”: no text came back."],
])("an answer without text that stopped for %s says so", (stopReason, words) => {
  expect(stopWords({ ...nothing, stopReason })).toBe(words);
});

test("an answer that is nothing but thinking says so", () => {
  expect(stopWords({ ...thinking, stopReason: "max_tokens" })).toBe(
    "The limit of output tokens was reached: all of the answer is thinking, and none is text.",
  );
  expect(stopWords({ ...thinking, stopReason: "end_turn" })).toBe(
    "All of the answer is thinking, and none is text.",
  );
});

test("a text says why it ends where it was ended", () => {
  expect(stopWords({ ...text, stopReason: "max_tokens" })).toBe("The limit of output tokens was reached.");
  expect(stopWords({ ...text, stopReason: "end_turn" })).toBeUndefined();
  expect(stopWords({ ...text, stopReason: null })).toBeUndefined();
});
