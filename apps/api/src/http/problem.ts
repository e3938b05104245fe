import { AIConfigError, type ErrorCode, type Issue } from "@ai-config/config-core";
import { isDatabaseUnavailable, wasOvertaken } from "@ai-config/db";
import type { TRPC_ERROR_CODE_KEY } from "@trpc/server/rpc";

/** The whole translation from domain codes to tRPC's; a new code without a row does not compile. */
export const trpcCodes = {
  INPUT_INVALID: "BAD_REQUEST",
  CONFIGURATION_INVALID: "BAD_REQUEST",
  CONFIGURATION_STALE: "CONFLICT",
  CONFIGURATION_EXISTS: "CONFLICT",
  CONFIGURATION_LIMIT: "CONFLICT",
  POLICY_INVALID: "BAD_REQUEST",
  POLICY_CONFLICT: "CONFLICT",
  NOT_FOUND: "NOT_FOUND",
  FORBIDDEN: "FORBIDDEN",
  UNAUTHENTICATED: "UNAUTHORIZED",
  SIGN_UP_CLOSED: "FORBIDDEN",
  INVITATION_INVALID: "BAD_REQUEST",
  ACCOUNT_EXISTS: "CONFLICT",
  ACCOUNT_NOT_FOUND: "NOT_FOUND",
  ISSUER_UNAVAILABLE: "SERVICE_UNAVAILABLE",
  TOKEN_EXISTS: "CONFLICT",
  TOKEN_LIMIT: "CONFLICT",
  MODEL_RETIRED: "CONFLICT",
  KEY_REFUSED: "BAD_REQUEST",
  KEY_UNREADABLE: "SERVICE_UNAVAILABLE",
  KEY_MISSING: "CONFLICT",
  LIMIT_REACHED: "TOO_MANY_REQUESTS",
  PRICE_UNKNOWN: "CONFLICT",
  CALL_TIMEOUT: "GATEWAY_TIMEOUT",
  PROVIDER_KEY_REFUSED: "BAD_GATEWAY",
  PROVIDER_SPEND_LIMIT: "PAYMENT_REQUIRED",
  PROVIDER_REQUEST_REFUSED: "BAD_REQUEST",
  PROVIDER_RATE_LIMITED: "TOO_MANY_REQUESTS",
  PROVIDER_UNAVAILABLE: "SERVICE_UNAVAILABLE",
  RATE_LIMITED: "TOO_MANY_REQUESTS",
  METHOD_NOT_ALLOWED: "METHOD_NOT_SUPPORTED",
  REQUEST_TIMEOUT: "TIMEOUT",
  REQUEST_TOO_LARGE: "PAYLOAD_TOO_LARGE",
  UNSUPPORTED_MEDIA_TYPE: "UNSUPPORTED_MEDIA_TYPE",
  CROSS_SITE_REQUEST: "FORBIDDEN",
  DATABASE_UNAVAILABLE: "SERVICE_UNAVAILABLE",
  SHUTTING_DOWN: "SERVICE_UNAVAILABLE",
  LAST_OWNER: "CONFLICT",
  INTERNAL: "INTERNAL_SERVER_ERROR",
} as const satisfies Record<ErrorCode, TRPC_ERROR_CODE_KEY>;

/** Any thrown value as the one error that may leave the server; what is not ours says nothing about itself. */
export function toAIConfigError(error: unknown): AIConfigError {
  if (error instanceof AIConfigError) return error;
  const isPassing = isDatabaseUnavailable(error) || wasOvertaken(error);
  return new AIConfigError(isPassing ? "DATABASE_UNAVAILABLE" : "INTERNAL", { cause: error });
}

/** What a refused call over tRPC carries beside its message. Callers switch on `code`. */
export interface WireProblem {
  code: ErrorCode;
  issues: readonly Issue[];
  requestId: string | undefined;
  /** When it is worth trying again, where that is known. */
  retryAfterMs?: number | undefined;
  /** Which limit refused, whose it is, and its figures, where one did. */
  limit?: Readonly<Record<string, unknown>> | undefined;
}

/** What the answer to a refused call says for programs. */
export function wireProblem(error: AIConfigError, requestId: string | undefined): WireProblem {
  const { code, issues, retryAfterMs, details } = error;
  return {
    code,
    issues,
    requestId,
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    // Of other errors they are for whoever runs the process.
    ...(code === "LIMIT_REACHED" && details && { limit: details }),
  };
}
