import { AIConfigError, ERROR_CATALOGUE, type ErrorCode } from "@ai-config/config-core";

import type { FailureKind } from "./classify-error.ts";
import type { Failure } from "./read-failure.ts";

const CODES: Readonly<Record<FailureKind, ErrorCode>> = {
  spend_limit: "PROVIDER_SPEND_LIMIT",
  rate_limit: "PROVIDER_RATE_LIMITED",
  ramp_limit: "PROVIDER_RATE_LIMITED",
  key_refused: "PROVIDER_KEY_REFUSED",
  billing: "PROVIDER_SPEND_LIMIT",
  permission: "PROVIDER_REQUEST_REFUSED",
  not_found: "PROVIDER_REQUEST_REFUSED",
  invalid_request: "PROVIDER_REQUEST_REFUSED",
  too_large: "PROVIDER_REQUEST_REFUSED",
  request_timeout: "PROVIDER_UNAVAILABLE",
  conflict: "PROVIDER_UNAVAILABLE",
  overloaded: "PROVIDER_UNAVAILABLE",
  unavailable: "PROVIDER_UNAVAILABLE",
  connection: "PROVIDER_UNAVAILABLE",
  connection_timeout: "PROVIDER_UNAVAILABLE",
  malformed_answer: "PROVIDER_UNAVAILABLE",
  unsendable: "PROVIDER_REQUEST_REFUSED",
};

/** Nobody but our own side has seen it. */
const UNSENDABLE = "The request cannot be sent as it is. Correct what `fetch` is given, then try again.";
/** What stands between us and Anthropic may answer with a page: enough of it to know it by. */
const SAID_MAX = 500;

/** The error for callers: Anthropic's words and request id, nothing of the key. */
export function providerError(
  failure: Failure,
  details: Readonly<Record<string, unknown>> = {},
): AIConfigError {
  const { kind, type, errorCode, message: said, status, requestId, retryAfterMs, cause } = failure;
  const code = CODES[kind];
  const text = kind === "unsendable" ? UNSENDABLE : ERROR_CATALOGUE[code].message;
  return new AIConfigError(code, {
    message: said ? `${text} Anthropic says: ${shorten(said)}` : text,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    details: { ...details, kind, type, errorCode, status, requestId },
    cause,
  });
}

function shorten(text: string): string {
  if (text.length <= SAID_MAX) return text;
  // Not in the middle of a character.
  return `${text.slice(0, SAID_MAX).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
