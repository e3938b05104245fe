import { AIConfigError } from "@ai-config/config-core";
import { expect, expectTypeOf, test } from "vitest";

import { isLimitReached, limitReached } from "./limit-reached.ts";

const refusal = {
  limit: "monthlyBudget",
  scope: { kind: "organization", id: "00000000-0000-4000-8000-000000000001" },
  allowed: "50",
  used: "49.9",
} as const;

test.each([
  [1, "1 s"],
  [120_000, "120 s"],
  [120_001, "3 min"],
  [7_200_000, "120 min"],
  [7_200_001, "3 h"],
  [172_800_000, "48 h"],
  [600_000_000, "7 days"],
])("a wait of %d ms is told as people say it", (retryAfterMs, words) => {
  expect(limitReached({ ...refusal, retryAfterMs }, "0.25")).toMatchObject({
    code: "LIMIT_REACHED",
    retryAfterMs,
    message: `The organization's monthly budget has no room for this call: $49.90 of $50.00 taken, and the call can cost up to $0.25. Try again in ${words}.`,
  });
});

test("of a call that costs more than the whole budget no time to try again is named", () => {
  const error = limitReached({ ...refusal, retryAfterMs: 1_000 }, "50.01");
  expect(error).toMatchObject({ code: "LIMIT_REACHED", details: { reserve: "50.01" } });
  expect(error.retryAfterMs).toBeUndefined();
  expect(error.message).toMatch(
    /can cost up to \$50\.01\. Shorten it, lower its max_tokens, or have the budget raised\.$/,
  );
});

test("of a budget of nothing no shorter call is advised", () => {
  const nothing = { ...refusal, allowed: "0", used: "0", retryAfterMs: 1_000 };
  expect(limitReached(nothing, "0.25").message).toBe(
    "The organization's monthly budget has no room for this call: $0.00 of $0.00 taken, and the call can cost up to $0.25. Have the budget raised.",
  );
});

test("what is nearly taken is not told as taken", () => {
  const nearly = { ...refusal, allowed: "3.13", used: "3.127", retryAfterMs: 1_000 };
  expect(limitReached(nearly, "0.25").message).toMatch(
    /: \$3\.127 of \$3\.13 taken, and the call can cost up to \$0\.25\./,
  );
});

test("a limit of calls tells nothing of money", () => {
  const { message } = limitReached(
    { ...refusal, limit: "concurrentRequests", allowed: 3, used: 3, retryAfterMs: 1_000 },
    "0.25",
  );
  expect(message).toBe(
    "The organization's limit of requests at once is reached: 3 of 3 taken. Try again in 1 s.",
  );
});

test("a rate tells what may come at once, which is what is taken of it", () => {
  const rate = { perMinute: 600, burst: 2 };
  const error = limitReached(
    { ...refusal, limit: "requestsPerMinute", allowed: 600, used: 3, retryAfterMs: 100, rate },
    "0.25",
  );
  expect(error).toMatchObject({
    retryAfterMs: 100,
    details: { limit: "requestsPerMinute", allowed: 600, used: 3, atOnce: 3 },
    message:
      "The organization's limit of requests per minute is reached: 3 of 3 taken, and 600 a minute come back. Try again in 1 s.",
  });
});

test("a refusal is told from other errors, and its facts have types", () => {
  const error: unknown = limitReached({ ...refusal, retryAfterMs: 1_000 }, "0.25");
  if (!isLimitReached(error)) throw error;
  expectTypeOf(error.details.scope.id).toEqualTypeOf<string>();
  expect(error.details).toMatchObject({
    limit: "monthlyBudget",
    allowed: "50",
    used: "49.9",
    reserve: "0.25",
  });
  const others = [new AIConfigError("CALL_TIMEOUT"), new Error("LIMIT_REACHED"), undefined];
  for (const other of others) expect(isLimitReached(other)).toBe(false);
});
