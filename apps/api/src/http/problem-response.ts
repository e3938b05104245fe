import { randomUUID } from "node:crypto";

import { type AIConfigError, ERROR_CATALOGUE, type ErrorCode, type Issue } from "@ai-config/config-core";
import { TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc";
import type { Context } from "hono";

import type { ApiVariables } from "./guard.ts";
import { trpcCodes, wireProblem } from "./problem.ts";

/** How long a caller should wait before it asks again while the database is away, in seconds. */
export const RETRY_AFTER_SECONDS = 2;

export interface ProblemBody {
  success: false;
  errors: readonly Issue[];
  error: { code: ErrorCode; message: string; requestId: string };
}

/** The answer to a refused request, in the form that callers of its address read. */
export function problemResponse(
  c: Context<{ Variables: ApiVariables }>,
  error: AIConfigError,
  more: Readonly<Record<string, string>> = {},
): Response {
  const { httpStatus } = ERROR_CATALOGUE[error.code];
  const { requestId } = c.var;
  const body = isCall(c.req.path) ? callBody(error, requestId) : problemBody(error, requestId);
  const headers = new Headers({
    "content-type": "application/json",
    "cache-control": "private, no-store",
    ...more,
  });
  if (error.retryAfterMs !== undefined) {
    headers.set("retry-after", String(Math.ceil(error.retryAfterMs / 1_000)));
  }
  if (httpStatus === 503) headers.set("retry-after", String(RETRY_AFTER_SECONDS));
  return new Response(JSON.stringify(body), { status: httpStatus, headers });
}

/** The answer to a request that no route can be asked about, since its address or host is none. */
export function strayResponse(error: AIConfigError): Response {
  const requestId = randomUUID();
  return new Response(JSON.stringify(problemBody(error, requestId)), {
    status: ERROR_CATALOGUE[error.code].httpStatus,
    headers: { "content-type": "application/json", "x-request-id": requestId, connection: "close" },
  });
}

/** The body of a refused REST request. */
export function problemBody(error: AIConfigError, requestId: string): ProblemBody {
  const { code, message, issues } = error;
  return { success: false, errors: issues, error: { code, message, requestId } };
}

/** A typed client reads no other form than tRPC's, also of what was refused before any procedure. */
function callBody(error: AIConfigError, requestId: string) {
  const code = trpcCodes[error.code];
  const aiConfig = wireProblem(error, requestId);
  const { httpStatus } = ERROR_CATALOGUE[error.code];
  return {
    error: {
      message: error.message,
      code: TRPC_ERROR_CODES_BY_KEY[code],
      data: { code, httpStatus, aiConfig },
    },
  };
}

function isCall(path: string): boolean {
  return path === "/api/trpc" || path.startsWith("/api/trpc/");
}
