import type { IncomingMessage } from "node:http";

import { ApiError, invalidRequest } from "./api-error.ts";
import { asObject, type Json } from "./shapes.ts";

const bodyBytesMax = 32 * 1024 * 1024;

/** Undefined where the body is too large; it is read to the end so that the client hears the answer. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= bodyBytesMax) chunks.push(chunk);
  }
  return bytes <= bodyBytesMax ? Buffer.concat(chunks).toString() : undefined;
}

export function parseBody(raw: string | undefined): Json {
  if (raw === undefined) throw new ApiError(413, "request_too_large", "Request exceeds the maximum size");
  let body: unknown;
  try {
    body = JSON.parse(raw);
  } catch {
    throw invalidRequest("The request body is not valid JSON");
  }
  return asObject(body, "body");
}
