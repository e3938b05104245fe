import { type FieldPath, fieldAt } from "@ai-config/config-core";
import { expect, test } from "vitest";
import { formatRange, formatValue } from "./format-value.ts";

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

test("a range says its unit once, and money twice", () => {
  const range = (path: string) => {
    const field = fieldAt(path);
    if (!field) throw new Error(`${path} is not in the registry`);
    return formatRange(field, 2, 1_000);
  };
  expect(range("rateLimiting.concurrentRequests")).toBe("2 to 1,000 requests");
  expect(range("costBudget.dailyBudget")).toBe("$2 to $1,000");
});
