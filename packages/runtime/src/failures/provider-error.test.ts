import { APIConnectionError, APIError } from "@anthropic-ai/sdk";
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

const saying = (status: number, type: string, message: string) =>
  readFailure(APIError.generate(status, { error: { type, message } }, undefined, new Headers()), 0);

test.each([
  [saying(402, "billing_error", "Pay."), /^Anthropic answers nothing on this account until its billing/],
  [saying(403, "permission_error", "No."), /^The key may not do this at Anthropic\./],
  [saying(404, "not_found_error", "model: claude-of-tomorrow"), /^Anthropic does not know the model/],
  [saying(404, "not_found_error", "File not found: file_1"), /^Anthropic refused the request\./],
])("what Anthropic refuses is told with what to do (%#)", (failure, words) => {
  if (failure === undefined) throw new Error("It is a failure.");
  expect(providerError(failure).message).toMatch(words);
});

test("a host that was never reached is told with the system's word, one that was away or broke off is not", () => {
  const unreached = Object.assign(new Error("getaddrinfo ENOTFOUND api.example.com"), { code: "ENOTFOUND" });
  const failure = readFailure(new APIConnectionError({ cause: unreached }), 0);
  if (failure === undefined) throw new Error("It is a failure.");
  const { message, details } = providerError(failure);
  expect(message).toMatch(/^Anthropic cannot be reached\. .* \(ENOTFOUND\)$/);
  expect(details).toMatchObject({ kind: "connection", systemCode: "ENOTFOUND" });
  for (const other of [
    { ...failure, type: "circuit_open" },
    { ...failure, status: 200 },
  ]) {
    expect(providerError(other).message).toMatch(/^Anthropic cannot answer at the moment\./);
  }
});
