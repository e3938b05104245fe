import { expect, test } from "vitest";

import { AIConfigError, ERROR_CATALOGUE, type ErrorCode } from "./index.ts";

const codes = Object.keys(ERROR_CATALOGUE) as ErrorCode[];

test.each(codes)("%s has a sentence that says what to do, and a status", (code) => {
  const { message, httpStatus } = ERROR_CATALOGUE[code];
  expect(message).toMatch(/^[A-Z].+\.$/);
  expect(httpStatus).toBeGreaterThanOrEqual(400);
  expect(new AIConfigError(code)).toMatchObject({ name: "AIConfigError", code, message, issues: [] });
});

test("an error carries its problems, its cause and how long to wait", () => {
  const cause = new Error("below");
  const issues = [
    { path: "model.temperature", code: "out_of_range", message: "Must be 1 or less." },
  ] as const;
  const error = new AIConfigError("RATE_LIMITED", { message: "Wait.", issues, retryAfterMs: 5, cause });
  expect(error).toMatchObject({ message: "Wait.", issues, retryAfterMs: 5, cause });
  expect(error).toBeInstanceOf(Error);
});

test("its sentence names the first problem, for a log that keeps nothing else", () => {
  const issues = [
    { path: "params.model", code: "invalid_value", message: "Must be the id of a model." },
    { path: "", code: "invalid_value", message: "Must be an object." },
  ] as const;
  const start = ERROR_CATALOGUE.INPUT_INVALID.message;
  expect(new AIConfigError("INPUT_INVALID", { issues }).message).toBe(
    `${start} params.model: Must be the id of a model. (And 1 more.)`,
  );
  expect(new AIConfigError("INPUT_INVALID", { issues: issues.slice(1) }).message).toBe(
    `${start} Must be an object.`,
  );
});
