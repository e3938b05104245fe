import { AIConfigError, ERROR_CATALOGUE, type ErrorCode } from "@ai-config/config-core";

import type { FailureKind } from "./classify-error.ts";
import { codeIn } from "./codes-of.ts";
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

/** Where the sentence of the code says too little. */
const SENTENCES: Partial<Readonly<Record<FailureKind, string>>> = {
  billing:
    "Anthropic answers nothing on this account until its billing is in order. See to it in the Console.",
  permission: "The key may not do this at Anthropic. Use another key, or allow it in the Console.",
  not_found:
    "Anthropic does not know the model, or not for this key. Choose another model, or allow it in the Console.",
  connection: "Anthropic cannot be reached. Check the network and the address of the API, then try again.",
  // Nobody but our own side has seen it.
  unsendable: "The request cannot be sent as it is. Correct what `fetch` is given, then try again.",
};
/** What stands between us and Anthropic may answer with a page: enough of it to know it by. */
const SAID_MAX = 500;

/** The error for callers: Anthropic's words and request id, nothing of the key. */
export function providerError(
  failure: Failure,
  details: Readonly<Record<string, unknown>> = {},
): AIConfigError {
  const { kind, type, errorCode, message: said, status, requestId, retryAfterMs, cause } = failure;
  const code = CODES[kind];
  const text = sentenceOf(failure) ?? ERROR_CATALOGUE[code].message;
  const systemCode = kind === "connection" ? codeIn(cause) : undefined;
  return new AIConfigError(code, {
    message: said
      ? `${text} Anthropic says: ${shorten(said)}`
      : text + (systemCode ? ` (${systemCode})` : ""),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    details: { ...details, kind, type, errorCode, status, requestId, ...(systemCode && { systemCode }) },
    cause,
  });
}

function sentenceOf({ kind, type, status, message: said }: Failure): string | undefined {
  // Where nothing was sent nothing is known of the way there, and what answered with headers was reached.
  if (kind === "connection" && (type === "circuit_open" || status !== null)) return undefined;
  // A file or a skill is looked for as well.
  if (kind === "not_found" && said && !/^model\b/i.test(said)) return undefined;
  return SENTENCES[kind];
}

function shorten(text: string): string {
  if (text.length <= SAID_MAX) return text;
  // Not in the middle of a character.
  return `${text.slice(0, SAID_MAX).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
