import { AIConfigError, ERROR_CATALOGUE, type ErrorCode, type Issue } from "@ai-config/config-core";
import { isDatabaseUnavailable } from "@ai-config/db";
import type { TRPC_ERROR_CODE_KEY } from "@trpc/server/rpc";

/** The whole translation from domain codes to tRPC's; a new code without a row does not compile. */
export const trpcCodes = {
  INPUT_INVALID: "BAD_REQUEST",
  CONFIGURATION_INVALID: "BAD_REQUEST",
  CONFIGURATION_STALE: "CONFLICT",
  CONFIGURATION_EXISTS: "CONFLICT",
  CONFIGURATION_LIMIT: "CONFLICT",
  POLICY_INVALID: "BAD_REQUEST",
  NOT_FOUND: "NOT_FOUND",
  FORBIDDEN: "FORBIDDEN",
  UNAUTHENTICATED: "UNAUTHORIZED",
  SIGN_UP_CLOSED: "FORBIDDEN",
  INVITATION_INVALID: "BAD_REQUEST",
  MODEL_RETIRED: "CONFLICT",
  KEY_REFUSED: "BAD_REQUEST",
  KEY_UNREADABLE: "SERVICE_UNAVAILABLE",
  RATE_LIMITED: "TOO_MANY_REQUESTS",
  REQUEST_TOO_LARGE: "PAYLOAD_TOO_LARGE",
  UNSUPPORTED_MEDIA_TYPE: "UNSUPPORTED_MEDIA_TYPE",
  CROSS_SITE_REQUEST: "FORBIDDEN",
  DATABASE_UNAVAILABLE: "SERVICE_UNAVAILABLE",
  LAST_OWNER: "CONFLICT",
  INTERNAL: "INTERNAL_SERVER_ERROR",
} as const satisfies Record<ErrorCode, TRPC_ERROR_CODE_KEY>;

/** How long a caller should wait before it asks again while the database is away, in seconds. */
export const RETRY_AFTER_SECONDS = 2;

/** Any thrown value as the one error that may leave the server; what is not ours says nothing about itself. */
export function toAIConfigError(error: unknown): AIConfigError {
  if (error instanceof AIConfigError) return error;
  return new AIConfigError(isDatabaseUnavailable(error) ? "DATABASE_UNAVAILABLE" : "INTERNAL", {
    cause: error,
  });
}

export interface ProblemBody {
  success: false;
  errors: readonly Issue[];
  error: { code: ErrorCode; message: string; requestId: string };
}

/** The body and status of a refused REST call. */
export function problemResponse(error: AIConfigError, requestId: string): Response {
  const { httpStatus } = ERROR_CATALOGUE[error.code];
  const body: ProblemBody = {
    success: false,
    errors: error.issues,
    error: { code: error.code, message: error.message, requestId },
  };
  const headers = new Headers({ "content-type": "application/json", "cache-control": "private, no-store" });
  if (httpStatus === 503) headers.set("retry-after", String(RETRY_AFTER_SECONDS));
  return new Response(JSON.stringify(body), { status: httpStatus, headers });
}
