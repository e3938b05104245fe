import { expect, test } from "vitest";

import { limitReached } from "./call-errors.ts";

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
  expect(limitReached({ ...refusal, retryAfterMs })).toMatchObject({
    code: "LIMIT_REACHED",
    retryAfterMs,
    message: `The organization's monthly budget has no room for this call: $49.90 of $50.00 taken. Try again in ${words}.`,
  });
});
