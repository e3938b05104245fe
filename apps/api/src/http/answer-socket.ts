import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

import type { AIConfigError } from "@ai-config/config-core";

import { problemBody } from "./problem-response.ts";

/** Tells a caller on the bare connection why it cannot be served, and ends the connection. */
export function answerSocket(socket: Duplex, status: number, error: AIConfigError): void {
  const requestId = randomUUID();
  const body = JSON.stringify(problemBody(error, requestId));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    "connection: close",
    "content-type: application/json",
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
  ];
  if (!socket.writable) socket.destroy();
  // Not waiting for the other side to end as well: it may mean never to.
  else socket.end(`${head.join("\r\n")}\r\n\r\n${body}`, () => socket.destroy());
}
