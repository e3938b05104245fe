import { describe, expect, test } from "vitest";

import { type FieldPath, fieldAt, formatFieldValue } from "./index.ts";

describe("formatFieldValue", () => {
  test.each<[FieldPath, unknown, string]>([
    ["model.model", "claude-3-opus-20240229", "Claude 3 Opus"],
    ["model.model", "claude-2", "claude-2"],
    ["model.temperature", 0.7, "0.7"],
    ["model.temperature", 0.000003, "0.000003"],
    ["model.maxTokens", 4096, "4,096 tokens"],
    ["model.maxTokens", 1, "1 token"],
    ["model.streaming", false, "off"],
    ["model.streaming", true, "on"],
    ["rateLimiting.requestsPerMinute", 1_000_000, "1,000,000 requests/min"],
    ["rateLimiting.concurrentRequests", 1, "1 request"],
    ["retryStrategy.maxRetries", 0, "0 retries"],
    ["retryStrategy.maxRetries", 1, "1 retry"],
    ["retryStrategy.backoffType", "fixed", "Fixed: always the base delay"],
    ["retryStrategy.baseDelay", 1000, "1,000 ms"],
    ["costBudget.dailyBudget", 100, "$100"],
    ["costBudget.dailyBudget", 99.5, "$99.50"],
    ["costBudget.dailyBudget", 0.000003, "$0.000003"],
    ["costBudget.alertThresholds", [0.5, 0.75, 0.9], "50%, 75%, 90%"],
    ["costBudget.alertThresholds", [], "none"],
    ["apiKeys.primaryKey", "", "not set"],
    ["apiKeys.secondaryKey", undefined, "not set"],
    ["apiKeys.primaryKey", "sk-ant-…x7Qp", "sk-ant-…x7Qp"],
    ["apiKeys.keyVersion", 3, "version 3"],
    ["apiKeys.rotationSchedule", null, "not set"],
  ])("shows %s %j as %s", (path, value, text) => {
    expect(formatFieldValue(path, value)).toBe(text);
    const field = fieldAt(path);
    expect(field && formatFieldValue(field, value)).toBe(text);
  });

  test("shows something for a value that does not belong to the field", () => {
    expect(formatFieldValue("model.temperature", "hot")).toBe("hot");
    expect(formatFieldValue("model.temperature", { a: 1 })).toBe('{"a":1}');
    expect(formatFieldValue("model.temperature", 10n)).toBe("10");
    expect(formatFieldValue("costBudget.alertThresholds", ["x", 1])).toBe("x, 100%");
  });
});
