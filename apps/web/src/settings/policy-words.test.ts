import { expect, test } from "vitest";
import { policyLabel, policyText } from "./policy-words.ts";

const modelName = (id: string) => (id === "claude-x" ? "Claude X" : id);
const say = (path: string, value: unknown) => policyText(path, value, modelName);

test("a limit is told with its unit, and what happens beyond it", () => {
  expect(policyLabel("fields.model.maxTokens")).toBe("Maximum output");
  expect(say("fields.model.maxTokens", { max: 8192 })).toBe("limit 8,192 tokens");
  expect(say("fields.model.maxTokens", { max: 8192, onBreach: "clamp" })).toBe("limit 8,192 tokens");
  expect(say("fields.model.maxTokens", { max: 8192, onBreach: "refuse" })).toBe(
    "limit 8,192 tokens, refused beyond",
  );
  expect(say("fields.costBudget.dailyBudget", { min: 5, max: 20 })).toBe("$5 to $20");
  expect(say("fields.model.topP", { min: 0 })).toBe("at least 0");
});

test("a lock is told with its value", () => {
  expect(say("fields.model.temperature", { lock: 0 })).toBe("locked to 0");
  expect(say("fields.model.streaming", { lock: false })).toBe("locked to off");
  expect(say("fields.model.model", { lock: "claude-x" })).toBe("locked to Claude X");
  expect(say("fields.model.stopSequences", { lock: ["a\n"] })).toBe(String.raw`locked to “a\n”`);
});

test("models and shared limits are told by name", () => {
  expect(say("allowedModels", ["claude-x", "claude-y"])).toBe("Claude X, claude-y");
  expect(policyLabel("pool.dailyBudget")).toBe("Shared daily budget");
  expect(say("pool.dailyBudget", 50)).toBe("$50");
  expect(say("pool.requestsPerMinute", 500)).toBe("500 requests/min");
});

test("nothing is nothing, and what nobody knows is shown as it is", () => {
  expect(say("allowedModels", null)).toBeUndefined();
  expect(say("fields.model.gone", { max: 3 })).toBe('{"max":3}');
  expect(say("fields.model.maxTokens", { most: 3 })).toBe('{"most":3}');
  expect(policyLabel("fields.model.gone")).toBe("fields.model.gone");
});
