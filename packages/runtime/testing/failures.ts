import type { Failure, Step } from "./step.ts";

/** Every failure the API is known for, ready to be scripted; spread one to add `when` or `delayMs`. */
export const failures = {
  invalidRequest: (message = "messages: at least one message is required") =>
    failing(400, "invalid_request_error", message),
  /** The customer's own cap on the organization. It has no code: only its first words tell it apart. */
  spendCap400: (regainsAccessOn = "2026-12-01") =>
    failing(400, "invalid_request_error", spendCap("", regainsAccessOn)),
  workspaceSpendCap400: (regainsAccessOn = "2026-12-01") =>
    failing(400, "invalid_request_error", spendCap("workspace ", regainsAccessOn)),
  authentication: () => failing(401, "authentication_error", "invalid x-api-key"),
  billing: () => failing(402, "billing_error", "There is a problem with the billing of your organization."),
  permission: () => failing(403, "permission_error", "Your API key may not use the specified resource."),
  notFound: (what = "model: claude-unknown") => failing(404, "not_found_error", what),
  requestTimeout: () => failing(408, "timeout_error", "The request took too long to arrive."),
  conflict: () => failing(409, "conflict_error", "The resource was changed at the same time."),
  requestTooLarge: () => failing(413, "request_too_large", "Request exceeds the maximum size"),
  rateLimited: (retryAfterSeconds?: number) =>
    failing(429, "rate_limit_error", "This request would exceed your organization's rate limit.", {
      headers: retryAfter(retryAfterSeconds),
    }),
  rampLimit: (retryAfterSeconds = 30) =>
    failing(429, "rate_limit_error", "Your usage grows faster than its ramp limit allows.", {
      headers: retryAfter(retryAfterSeconds),
      details: { error_code: "ramp_limit_exceeded" },
    }),
  /** The two caps that look like a rate limit and never pass: no `retry-after`. */
  enforcedSpendLimit: () =>
    failing(429, "rate_limit_error", "Your organization has crossed the monthly limit of its tier.", {
      details: { error_code: "enforced_spend_limit_reached" },
    }),
  contractSpendLimit: () =>
    failing(429, "rate_limit_error", "Your organization has reached the spend limit of its contract.", {
      details: { error_code: "contract_spend_limit_reached" },
    }),
  internal: () => failing(500, "api_error", "Internal server error"),
  serviceUnavailable: () => failing(503, "service_unavailable", "The service is unavailable."),
  gatewayTimeout: () => failing(504, "timeout_error", "The request timed out while being processed."),
  overloaded: () => failing(529, "overloaded_error", "Overloaded"),
  hang: (): Step => ({ connection: "hang" }),
  dropConnection: (): Step => ({ connection: "drop" }),
  /** Nothing comes for so long; with `slowBody` the headers do. */
  slowHeaders: (delayMs: number): Step => ({ delayMs }),
  slowBody: (bodyDelayMs: number): Step => ({ bodyDelayMs }),
  /** Comes piece by piece, each in time, the whole of it not. */
  trickle: (chunks: number, chunkDelayMs: number): Step => ({
    text: "x".repeat(chunks),
    chunks,
    chunkDelayMs,
  }),
  malformedJson: (): Step => ({ isMalformed: true }),
  /** A success that breaks after so many deltas: with an `error` event inside the stream. */
  brokenStream: (afterChunks = 2, failure: Step = failing(529, "overloaded_error", "Overloaded")): Step => ({
    breakAfter: { chunks: afterChunks, with: failure.failure ?? "reset" },
  }),
  /** The same without a word: the connection breaks, or nothing comes any more. */
  resetStream: (afterChunks = 2): Step => ({ breakAfter: { chunks: afterChunks, with: "reset" } }),
  stalledStream: (afterChunks = 2): Step => ({ breakAfter: { chunks: afterChunks, with: "hang" } }),
};

function failing(
  status: number,
  type: string,
  message: string,
  more: Pick<Failure, "headers" | "details"> = {},
): Step {
  return { failure: { status, type, message, ...more } };
}

function retryAfter(seconds: number | undefined): Record<string, string> {
  return seconds === undefined ? {} : { "retry-after": String(seconds) };
}

function spendCap(scope: string, date: string): string {
  return `You have reached your specified ${scope}API usage limits. You will regain access on ${date} at 00:00 UTC.`;
}
