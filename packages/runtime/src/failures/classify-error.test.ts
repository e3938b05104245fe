import { expect, test } from "vitest";

import { classifyError, type ErrorClass, type FailedRequest } from "./classify-error.ts";

const REFUSED = "invalid_request_error";
const LIMITED = "rate_limit_error";

test.each<[string, FailedRequest, ErrorClass["kind"], ErrorClass["retry"], boolean, boolean]>([
  ["a bad request", { status: 400, type: REFUSED }, "invalid_request", "never", false, false],
  [
    "the organization's own cap",
    {
      status: 400,
      type: REFUSED,
      message: "You have reached your specified API usage limits. You will regain access on 2026-12-01.",
    },
    "spend_limit",
    "never",
    false,
    false,
  ],
  [
    "the workspace's own cap",
    {
      status: 400,
      type: REFUSED,
      message: "You have reached your specified workspace API usage limits. You will regain access.",
    },
    "spend_limit",
    "never",
    false,
    false,
  ],
  [
    "a message that only mentions the words",
    { status: 400, type: REFUSED, message: "messages: You have reached your specified API usage limits" },
    "invalid_request",
    "never",
    false,
    false,
  ],
  ["a refused key", { status: 401, type: "authentication_error" }, "key_refused", "other_key", false, false],
  ["billing", { status: 402, type: "billing_error" }, "billing", "never", false, false],
  ["a lack of permission", { status: 403, type: "permission_error" }, "permission", "never", false, false],
  ["a retired model", { status: 404, type: "not_found_error" }, "not_found", "never", true, false],
  ["a slow request", { status: 408, type: "timeout_error" }, "request_timeout", "strategy", true, false],
  ["a conflict", { status: 409, type: "conflict_error" }, "conflict", "strategy", true, false],
  ["a body too large", { status: 413, type: "request_too_large" }, "too_large", "never", false, false],
  ["a rate limit", { status: 429, type: LIMITED }, "rate_limit", "strategy", true, false],
  [
    "a ramp limit",
    { status: 429, type: LIMITED, errorCode: "ramp_limit_exceeded" },
    "ramp_limit",
    "strategy",
    true,
    false,
  ],
  [
    "the cap of the tier",
    { status: 429, type: LIMITED, errorCode: "enforced_spend_limit_reached" },
    "spend_limit",
    "never",
    false,
    false,
  ],
  [
    "the cap of the contract",
    { status: 429, type: LIMITED, errorCode: "contract_spend_limit_reached" },
    "spend_limit",
    "never",
    false,
    false,
  ],
  [
    "the cap of a linked organization",
    { status: 400, type: REFUSED, errorCode: "linked_organization_spend_limit_reached" },
    "spend_limit",
    "never",
    false,
    false,
  ],
  [
    "an organization on hold",
    { status: 400, type: REFUSED, errorCode: "organization_on_hold" },
    "permission",
    "never",
    false,
    false,
  ],
  ["an error inside", { status: 500, type: "api_error" }, "unavailable", "strategy", true, true],
  ["no service", { status: 503, type: "service_unavailable" }, "unavailable", "strategy", true, true],
  ["a slow gateway", { status: 504, type: "timeout_error" }, "unavailable", "strategy", true, true],
  ["too much load", { status: 529, type: "overloaded_error" }, "overloaded", "strategy", true, true],
  ["a proxy's page", { status: 502 }, "unavailable", "strategy", true, true],
  ["a 4xx that is new", { status: 422, type: "new_error" }, "invalid_request", "never", false, false],
  ["a redirect", { status: 302 }, "unavailable", "strategy", true, true],
  ["a broken connection", { connection: "failed" }, "connection", "strategy", true, true],
  ["what our own side does not send", { connection: "unsent" }, "unsendable", "never", false, false],
  ["no connection in time", { connection: "timed_out" }, "connection_timeout", "strategy", true, false],
  [
    "no connection in a second",
    { connection: "timed_out", silentMs: 1_000 },
    "connection_timeout",
    "strategy",
    true,
    false,
  ],
  [
    "no connection in five seconds, by a timer that is a little early",
    { connection: "timed_out", silentMs: 4_999 },
    "connection_timeout",
    "strategy",
    true,
    true,
  ],
  [
    "an answer that is no message",
    { status: 200, connection: "malformed" },
    "malformed_answer",
    "strategy",
    true,
    true,
  ],
])("%s", (_, failed, kind, retry, mayFallBack, isOutage) => {
  expect(classifyError(failed)).toEqual({ kind, retry, mayFallBack, isOutage });
});

test.each<[string, ErrorClass["kind"]]>([
  ["overloaded_error", "overloaded"],
  ["api_error", "unavailable"],
  ["timeout_error", "unavailable"],
  ["rate_limit_error", "rate_limit"],
  ["invalid_request_error", "invalid_request"],
  ["authentication_error", "key_refused"],
  ["permission_error", "permission"],
  ["billing_error", "billing"],
  ["not_found_error", "not_found"],
  ["request_too_large", "too_large"],
  ["conflict_error", "conflict"],
  ["one_that_is_new", "unavailable"],
])("%s inside a stream is %s", (type, kind) => {
  expect(classifyError({ type }).kind).toBe(kind);
});

test("a cap told inside a stream is one", () => {
  const errorCode = "enforced_spend_limit_reached";
  expect(classifyError({ type: "rate_limit_error", errorCode }).kind).toBe("spend_limit");
});
