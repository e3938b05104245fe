import { AIConfigError } from "@ai-config/config-core";
import type { TRPCError } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import type { Context } from "hono";
import type { Logger } from "pino";

import { reportBug } from "../log.ts";
import { appRouter } from "../router.ts";
import { type ApiContext, problemOf } from "../trpc.ts";
import type { ApiVariables } from "./guard.ts";

/** Calls that may travel in one request; more would let one request do the work of thousands. */
const BATCH_MAX = 10;

/**
 * Answers calls over tRPC. What is wrong with a call is told in its answer; what is wrong with the request that
 * brings it is thrown, like everywhere else.
 */
export function answerCalls(
  deps: Pick<ApiContext, "service" | "claude" | "own" | "publicUrl" | "signUp" | "mailer"> & { log: Logger },
) {
  const { service, claude, own, publicUrl, signUp, mailer, log } = deps;
  return async (c: Context<{ Variables: ApiVariables }>): Promise<Response> => {
    const { authenticate, authenticateToken, request, requestId } = c.var;
    let refused: AIConfigError | undefined;
    const answer = await fetchRequestHandler({
      endpoint: "/api/trpc",
      req: request,
      router: appRouter,
      maxBatchSize: BATCH_MAX,
      createContext: () => ({
        service,
        claude,
        own,
        authenticate,
        authenticateToken,
        requestId,
        publicUrl,
        signUp,
        mailer,
      }),
      onError: ({ error, ctx }) => {
        // The context is made when the request has been read.
        const known = ctx === undefined ? refusalOf(error) : problemOf(error);
        if (ctx === undefined) refused = known;
        else if (known.code === "INTERNAL" && !isGivenUp(known.cause, request.signal))
          reportBug(log, known.cause ?? error, requestId);
      },
      responseMeta: ({ type, errors }) => ({
        headers: {
          ...(errors.some(({ code }) => code === "METHOD_NOT_SUPPORTED") && {
            allow: type === "query" ? "GET" : "POST",
          }),
          ...retryAfter(errors),
        },
      }),
    });
    if (refused !== undefined) throw refused;
    // Nobody reads what is answered now; the log tells by the status that the client had closed the request.
    return request.signal.aborted ? new Response(null, { status: 499 }) : answer;
  };
}

/** When all calls of a request are worth trying again, as HTTP tells it. */
function retryAfter(errors: readonly TRPCError[]): Record<string, string> {
  const waits = errors.flatMap((error) => problemOf(error).retryAfterMs ?? []);
  return waits.length === 0 ? {} : { "retry-after": String(Math.ceil(Math.max(...waits) / 1_000)) };
}

/** Whether a call failed because nobody waits for it any longer, which is no bug. */
function isGivenUp(error: unknown, { aborted }: AbortSignal): boolean {
  return aborted && error instanceof Error && error.name.endsWith("AbortError");
}

/** Why tRPC could not read a request. */
function refusalOf(error: TRPCError): AIConfigError {
  // An escape in the path that means nothing: there is nothing at such an address.
  if (error.cause instanceof URIError) return new AIConfigError("NOT_FOUND");
  // It takes other types of content than JSON by POST only, and the gate takes them by nothing.
  if (error.code === "METHOD_NOT_SUPPORTED") return new AIConfigError("UNSUPPORTED_MEDIA_TYPE");
  if (error.code === "BAD_REQUEST") {
    const message = `Must be at most ${BATCH_MAX} calls, all of them queries or all of them mutations.`;
    return new AIConfigError("INPUT_INVALID", { issues: [{ path: "", code: "malformed", message }] });
  }
  return problemOf(error);
}
