import { createServer, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

import { AIConfigError } from "@ai-config/config-core";
import { getRequestListener, RequestError } from "@hono/node-server";
import type { Hono } from "hono";
import type { Logger } from "pino";

import { reportBug } from "../log.ts";
import { answerSocket } from "./answer-socket.ts";
import type { ApiVariables } from "./guard.ts";
import { strayResponse } from "./problem-response.ts";

/** How long a request may take to arrive, and how often that is looked at. */
export interface HttpTimeouts {
  readonly headersMs: number;
  /** For the whole request. */
  readonly requestMs: number;
  readonly checkMs: number;
}

/** Generous to the largest request on a slow line, short for whoever only means to hold a connection. */
const TIMEOUTS: HttpTimeouts = { headersMs: 15_000, requestMs: 30_000, checkMs: 1_000 };

/** The HTTP server of an app, not listening yet. What never reaches the app is answered in the same words. */
export function openServer(
  app: Hono<{ Variables: ApiVariables }>,
  log: Logger,
  timeouts: HttpTimeouts = TIMEOUTS,
): Server {
  const listener = getRequestListener(app.fetch, {
    errorHandler: (error) => {
      if (error instanceof RequestError) return strayResponse(notHttp());
      reportBug(log, error, undefined);
      return strayResponse(new AIConfigError("INTERNAL"));
    },
  });
  const server = createServer(
    {
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      connectionsCheckingInterval: timeouts.checkMs,
    },
    listener,
  );
  const latest = new WeakMap<Duplex, ServerResponse>();
  server.on("request", ({ socket }, response) => latest.set(socket, response));
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    const response = latest.get(socket);
    // A refusal would become a part of the answer that is under way.
    if (response?.headersSent && !response.writableEnded) socket.destroy();
    else answerSocket(socket, ...refusalOf(error));
  });
  server.on("connect", (_request, socket) =>
    answerSocket(socket, 405, new AIConfigError("METHOD_NOT_ALLOWED")),
  );
  return server;
}

/** What Node found wrong with a request before it was one. */
function refusalOf({ code }: NodeJS.ErrnoException): [status: number, error: AIConfigError] {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return [408, new AIConfigError("REQUEST_TIMEOUT")];
  if (code === "HPE_HEADER_OVERFLOW") return [431, new AIConfigError("REQUEST_TOO_LARGE")];
  return [400, notHttp()];
}

function notHttp(): AIConfigError {
  const message = "This is not a request that HTTP knows. Check its address and headers.";
  return new AIConfigError("INPUT_INVALID", { message });
}
