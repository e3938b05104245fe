import type { IncomingMessage, ServerResponse } from "node:http";

import type { RecordedRequest } from "./recorded-request.ts";

/** One request in the course of being answered. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  record: RecordedRequest;
  /** Aborted when the client goes away. */
  left: AbortSignal;
  /** Breaks the connection. */
  reset: () => void;
}
