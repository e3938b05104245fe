import { withoutSecrets } from "@ai-config/config-core";
import { APIConnectionError, APIError } from "@anthropic-ai/sdk";

import { CallEnded } from "../calls/call-guard.ts";
import { plain } from "../plain-text.ts";
import { CircuitOpen } from "../provider/circuit-breaker.ts";
import { requestIdIn } from "../provider/request-id.ts";
import { causeToTell } from "./cause-to-tell.ts";
import { classifyError, type ErrorClass, type FailedRequest } from "./classify-error.ts";
import { hasCode } from "./codes-of.ts";

/** A request that did not end well, with all that is needed to go on or to tell. */
export interface Failure extends ErrorClass {
  readonly status: number | null;
  /** Anthropic's own type, else what became of the connection. */
  readonly type: string;
  readonly errorCode: string | null;
  readonly message: string | null;
  readonly requestId: string | null;
  /** What the server asked for. */
  readonly retryAfterMs: number | undefined;
  readonly headers: Headers | undefined;
  /** What it failed of, as it may be shown to whoever called. */
  readonly cause: Error | undefined;
}

/** Thrown where an answer came that is no message. */
export class MalformedAnswer extends Error {
  override readonly name = "MalformedAnswer";
  readonly requestId: string | null;

  constructor(requestId: string | null, cause?: unknown) {
    super("The answer is not what the API promises.", { cause });
    this.requestId = requestId;
  }
}

/** What a request failed of; undefined where it is not the provider's or the network's doing. */
export function readFailure(error: unknown, now: number): Failure | undefined {
  if (error instanceof CallEnded) {
    const { by, silentMs } = error;
    return by === "connection" ? failureOf({ connection: "timed_out", silentMs }, error) : undefined;
  }
  if (error instanceof CircuitOpen) {
    const { retryAfterMs } = error;
    return {
      ...failureOf({ connection: "failed" }, error),
      type: "circuit_open",
      retry: "never",
      retryAfterMs,
    };
  }
  if (error instanceof MalformedAnswer) {
    return { ...failureOf({ connection: "malformed" }, error), requestId: error.requestId };
  }
  if (error instanceof APIConnectionError) return failureOf({ connection: connectionOf(error) }, error);
  if (error instanceof APIError) return failureOfApi(error, now);
  // What a body that breaks off throws comes as it is from the platform's own `fetch`, with what broke it.
  if (error instanceof TypeError && error.cause !== undefined)
    return failureOf({ connection: connectionOf(error) }, error);
  if (error instanceof SyntaxError) return failureOf({ connection: "malformed" }, error);
  return undefined;
}

/** How the platform's `fetch` says that it does not send a request at all: that tells nothing of the other side. */
const UNSENT: ReadonlySet<unknown> = new Set([
  "UND_ERR_INVALID_ARG",
  "UND_ERR_NOT_SUPPORTED",
  "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH",
]);

function connectionOf(error: Error): "failed" | "unsent" {
  return hasCode(error, UNSENT) ? "unsent" : "failed";
}

function failureOfApi(error: APIError, now: number): Failure {
  const { status, headers } = error;
  const [type, errorCode] = [error.type, error.errorCode].map(wordToTell);
  const message = textToTell(error.apiMessage);
  const failed = failureOf({ status, type, errorCode, message }, error);
  return { ...failed, requestId: requestIdIn(headers), headers, retryAfterMs: retryAfterOf(headers, now) };
}

function failureOf(failed: FailedRequest, cause: unknown): Failure {
  const known = classifyError(failed);
  return {
    ...known,
    status: failed.status ?? null,
    type: failed.type ?? known.kind,
    errorCode: failed.errorCode ?? null,
    message: failed.message ?? null,
    requestId: null,
    retryAfterMs: undefined,
    headers: undefined,
    cause: causeToTell(cause),
  };
}

/** Whoever stands between us and Anthropic may answer in shapes of its own, and repeat the key. */
function textToTell(value: unknown): string | undefined {
  return typeof value === "string" ? withoutSecrets(value) : undefined;
}

function wordToTell(value: unknown): string | undefined {
  return typeof value === "string" ? plain(value) : undefined;
}

/**
 * A day: nothing that passes takes longer, and callers can hand it to a timer, which takes a wait of more than 24 days
 * for none.
 */
const RETRY_AFTER_MAX_MS = 86_400_000;

/** Milliseconds in a header of their own, as the SDK reads it too; else seconds, or a date. */
function retryAfterOf(headers: Headers | undefined, now: number): number | undefined {
  const exact = headers?.get("retry-after-ms")?.trim() ?? "";
  const text = headers?.get("retry-after")?.trim() ?? "";
  let ms = Date.parse(text) - now;
  if (AMOUNT.test(exact)) ms = Number(exact);
  else if (AMOUNT.test(text)) ms = Number(text) * 1_000;
  return ms > 0 ? Math.min(RETRY_AFTER_MAX_MS, ms) : undefined;
}

const AMOUNT = /^\d+(\.\d+)?$/;
