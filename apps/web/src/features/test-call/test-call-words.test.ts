import { expect, test } from "vitest";
import { attemptWords, costBasisWord, keyWord, wayOut } from "./test-call-words.ts";

const attempt = { model: "claude-sonnet-5-5", keySlot: "primary", status: 200, failure: null } as const;

test("one attempt is a number, several say how each ended", () => {
  expect(attemptWords([attempt])).toBe("1");
  const failed = { ...attempt, status: 529, failure: "overloaded_error" } as (typeof attempts)[number];
  const lost = { ...attempt, status: null, failure: "connection" } as (typeof attempts)[number];
  const broken = { ...attempt, failure: "malformed_answer" } as (typeof attempts)[number];
  const attempts: Parameters<typeof attemptWords>[0] = [];
  expect(attemptWords([failed, lost, broken, attempt])).toBe("4: 529, connection, malformed_answer, 200");
});

test("keys are named by their slot", () => {
  expect([keyWord("secondary"), keyWord("environment"), keyWord(null)]).toEqual([
    "Secondary key",
    "Key of this deployment",
    "None",
  ]);
});

test("a cost that is no exact one says so", () => {
  expect([costBasisWord("exact"), costBasisWord("estimated")]).toEqual(["", " (estimated)"]);
});

test.each([
  ["KEY_MISSING", "/keys"],
  ["KEY_UNREADABLE", "/keys"],
  ["PROVIDER_KEY_REFUSED", "/keys"],
  ["LIMIT_REACHED", "/budgets"],
  ["MODEL_RETIRED", "/configuration"],
  ["PRICE_UNKNOWN", "/configuration"],
  ["POLICY_CONFLICT", "/configuration"],
  ["CALL_TIMEOUT", "/configuration"],
  ["PROVIDER_UNAVAILABLE", undefined],
])("the way out of %s is %s", (code, to) => {
  expect(wayOut(code)?.to).toBe(to);
});
