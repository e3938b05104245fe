import { expect, test } from "vitest";
import { refusalWords } from "./refusal-words.ts";

const problem = { message: "The server's sentence.", issues: [], requestId: "r-1" };

test("the refusals of this page say what to do", () => {
  expect(refusalWords({ ...problem, code: "LAST_OWNER" })).toContain("Make somebody else an owner first.");
  expect(refusalWords({ ...problem, code: "FORBIDDEN" })).toContain("Ask an owner.");
  expect(refusalWords({ ...problem, code: "NOT_FOUND" })).toContain("Load the page again.");
});

test("others are told as the server tells them", () => {
  expect(refusalWords({ ...problem, code: "RATE_LIMITED" })).toBe("The server's sentence.");
});
