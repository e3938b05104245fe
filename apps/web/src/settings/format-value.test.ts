import { type FieldPath, fieldAt } from "@ai-config/config-core";
import { expect, test } from "vitest";
import { formatValue } from "./format-value.ts";

test.each<[FieldPath, unknown, string]>([
  ["model.effort", "xhigh", "Extra high"],
  ["model.effort", undefined, "not set"],
  ["model.topK", null, "not set"],
  ["model.topK", 40, "40"],
  ["model.thinking", "adaptive", "Adaptive"],
  ["model.thinking", 8000, "8,000 tokens"],
  ["model.stopSequences", [], "none"],
  ["model.stopSequences", ["\n\nHuman:", "a, b"], String.raw`“\n\nHuman:”, “a, b”`],
  ["costBudget.alertThresholds", [0.5], "50%"],
  ["model.model", "claude-unheard-of", "claude-unheard-of"],
])("%s %j is said as %s", (path, value, text) => {
  const field = fieldAt(path);
  expect(field && formatValue(field, value, {})).toBe(text);
});
