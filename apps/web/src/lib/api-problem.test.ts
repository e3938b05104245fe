import { expect, test } from "vitest";
import { isForbidden, isUnauthenticated, problemOf } from "./api-problem.ts";

test("a refusal of the API keeps its code, its issues and its request id", () => {
  const issue = { path: "model.temperature", code: "out_of_range", message: "Must be 1 or less." };
  const error = Object.assign(new Error("The configuration is not valid."), {
    data: {
      code: "BAD_REQUEST",
      aiConfig: { code: "CONFIGURATION_INVALID", issues: [issue], requestId: "r-1" },
    },
  });
  expect(problemOf(error)).toEqual({
    code: "CONFIGURATION_INVALID",
    message: "The configuration is not valid.",
    issues: [issue],
    requestId: "r-1",
  });
});

test("a limit that refused a call is told with whose it is", () => {
  const limit = { limit: "dailyBudget", scope: { kind: "organization", id: "o-1" }, allowed: "1", used: "1" };
  const error = Object.assign(new Error("The organization's daily budget has no room for this call."), {
    data: { aiConfig: { code: "LIMIT_REACHED", issues: [], limit } },
  });
  expect(problemOf(error).limit).toMatchObject({ limit: "dailyBudget", scope: { kind: "organization" } });
});

test("a failure without an answer says that the server was not reached, not what the browser calls it", () => {
  const problem = problemOf(new TypeError("Failed to fetch"));
  expect(problem.code).toBe("NOT_REACHED");
  expect(problem.message).not.toContain("fetch");
});

test("an ended session is recognised by either code", () => {
  const withCode = (data: object) => Object.assign(new Error(), { data });
  expect(isUnauthenticated(withCode({ code: "UNAUTHORIZED" }))).toBe(true);
  expect(isUnauthenticated(withCode({ aiConfig: { code: "UNAUTHENTICATED" } }))).toBe(true);
  expect(isUnauthenticated(withCode({ code: "FORBIDDEN" }))).toBe(false);
});

test("a refusal for want of rights is recognised by either code, and is no ended session", () => {
  const withCode = (data: object) => Object.assign(new Error(), { data });
  expect(isForbidden(withCode({ code: "FORBIDDEN" }))).toBe(true);
  expect(isForbidden(withCode({ aiConfig: { code: "FORBIDDEN" } }))).toBe(true);
  expect(isForbidden(withCode({ code: "UNAUTHORIZED" }))).toBe(false);
  expect(isForbidden(new TypeError("Failed to fetch"))).toBe(false);
  expect(isForbidden(null)).toBe(false);
});
