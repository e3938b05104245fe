import type { IncomingMessage } from "node:http";

import { readApiKey, type SentKey } from "./authenticate.ts";

/** One request as it arrived, and what became of it. */
export interface RecordedRequest extends SentKey {
  requestId: string;
  method: string;
  /** Without the query. */
  path: string;
  query: URLSearchParams;
  headers: Record<string, string>;
  workspaceId: string | undefined;
  apiVersion: string | undefined;
  betas: string[];
  /** Parsed JSON; undefined where there was none. */
  body: unknown;
  /** By the server's clock. */
  receivedAt: Date;
  /** Undefined as long as no header was sent. */
  status: number | undefined;
  /** The client left before the answer was complete. */
  aborted: boolean;
  /** Output tokens that a stream has delivered so far. */
  outputTokensSent: number;
}

export function recordRequest(request: IncomingMessage, ordinal: number, receivedAt: Date): RecordedRequest {
  const url = new URL(request.url ?? "/", "http://fake");
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  return {
    requestId: `req_fake${String(ordinal).padStart(20, "0")}`,
    method: request.method ?? "",
    path: url.pathname,
    query: url.searchParams,
    headers,
    ...readApiKey(headers),
    workspaceId: undefined,
    apiVersion: headers["anthropic-version"],
    betas: (headers["anthropic-beta"] ?? "").split(",").flatMap((beta) => beta.trim() || []),
    body: undefined,
    receivedAt,
    status: undefined,
    aborted: false,
    outputTokensSent: 0,
  };
}
