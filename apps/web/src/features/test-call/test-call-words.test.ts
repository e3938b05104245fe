import { expect, test } from "vitest";
import {
  attemptWords,
  costBasisWord,
  durationWords,
  keyWord,
  refusalWords,
  wayOut,
} from "./test-call-words.ts";

const attempt = { model: "claude-sonnet-5-5", keySlot: "primary", status: 200, failure: null } as const;

test("one attempt is a number, several say how each ended", () => {
  expect(attemptWords([attempt])).toBe("1");
  const failed = { ...attempt, status: 529, failure: "overloaded" } as (typeof attempts)[number];
  const lost = { ...attempt, status: null, failure: "connection" } as (typeof attempts)[number];
  const broken = { ...attempt, failure: "malformed_answer" } as (typeof attempts)[number];
  const attempts: Parameters<typeof attemptWords>[0] = [];
  expect(attemptWords([failed, lost, broken, attempt])).toBe(
    "4: overloaded (529), no connection, malformed answer (200), then answered",
  );
});

test("a call took milliseconds or seconds", () => {
  expect([durationWords(840), durationWords(1_000), durationWords(12_345)]).toEqual([
    "840 ms",
    "1.0 s",
    "12.3 s",
  ]);
});

test.each([
  ["primary", "user", "Your primary key"],
  ["secondary", "user", "Your secondary key"],
  ["primary", "organization", "Primary key of the organization"],
  ["primary", undefined, "Primary key"],
  ["environment", undefined, "Key of this deployment"],
  ["environment", "user", "Key of this deployment"],
  [null, undefined, "None"],
] as const)("the %s key of the %s is called so", (slot, owner, word) => {
  expect(keyWord(slot, owner)).toBe(word);
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
  expect(wayOut({ code })?.to).toBe(to);
});

test.each([
  ["dailyBudget", "user", { to: "/budgets", word: "Budgets" }],
  ["monthlyBudget", "organization", { to: "/budgets", level: "organization", word: "Shared budgets" }],
  ["requestsPerMinute", "user", { to: "/configuration", hash: "rateLimiting", word: "Rate limits" }],
  ["concurrentRequests", "user", { to: "/configuration", hash: "rateLimiting", word: "Rate limits" }],
  ["requestsPerMinute", "organization", { to: "/policy", word: "Policy" }],
] as const)("the way out of a reached %s of the %s is where it stands", (limit, kind, way) => {
  expect(wayOut({ code: "LIMIT_REACHED", limit: { limit, scope: { kind } } })).toEqual(way);
});

test.each([
  ["totalRequestTimeout", "2000", "“Total timeout” of 2,000 ms"],
  ["generationTimeout", "500", "“Generation timeout” of 500 ms"],
  ["connectionTimeout", "1", "“Connection timeout” of 1 ms"],
  ["unheardOfTimeout", "1", "unheardOfTimeout of 1 ms"],
])("a timeout is called what it is called where it is set: %s", (name, ms, words) => {
  const message = `The call took longer than its ${name} of ${ms} ms. Try again, or have the timeout raised.`;
  expect(refusalWords({ code: "CALL_TIMEOUT", message, issues: [] })).toBe(
    `The call took longer than its ${words}. Try again, or have the timeout raised.`,
  );
});

test("the limits of who reads it are theirs, and those of an organization its own", () => {
  const refused = (kind: "user" | "organization", message: string) =>
    refusalWords({
      code: "LIMIT_REACHED",
      message,
      issues: [],
      limit: { limit: "dailyBudget", scope: { kind } },
    });
  expect(refused("user", "The account's daily budget has no room for this call.")).toBe(
    "Your daily budget has no room for this call.",
  );
  expect(refused("organization", "The organization's daily budget has no room for this call.")).toBe(
    "The organization's daily budget has no room for this call.",
  );
});
