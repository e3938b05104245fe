import { APIError } from "@anthropic-ai/sdk";
import { expect, test } from "vitest";

import { providerError } from "./provider-error.ts";
import { readFailure } from "./read-failure.ts";

test("says what Anthropic says, at most 500 characters of it and no half of one", () => {
  const saying = (message: string) => {
    const body = { type: "error", error: { type: "invalid_request_error", message } };
    const failure = readFailure(APIError.generate(400, body, undefined, new Headers()), 0);
    if (failure === undefined) throw new Error("It is a failure.");
    return providerError(failure).message;
  };
  expect(saying("messages: Field required")).toMatch(/ Anthropic says: messages: Field required$/);
  expect(saying(`${"x".repeat(499)}🙂${"y".repeat(100_000)}`)).toMatch(/ Anthropic says: x{499}…$/);
  expect(saying("z".repeat(500))).toMatch(/ z{500}$/);
});
