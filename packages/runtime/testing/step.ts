/** An HTTP error, as Anthropic would answer it. */
export interface Failure {
  status: number;
  type: string;
  message: string;
  headers?: Record<string, string>;
  /** `error.details`, where the code of a cause lives. */
  details?: Record<string, unknown>;
}

export type AnswerBlock =
  | { type: "text"; text: string }
  | { type: "thinking"; thinking: string }
  | { type: "tool_use"; name: string; input: Record<string, unknown> };

/** What a test decides about the bill. What it leaves out is computed from the request. */
export interface FakeUsage {
  /** The uncached remainder. */
  inputTokens?: number;
  outputTokens?: number;
  /** Part of `outputTokens`. */
  thinkingTokens?: number;
  cacheReadTokens?: number;
  cacheWrite5mTokens?: number;
  cacheWrite1hTokens?: number;
  webSearchRequests?: number;
  webFetchRequests?: number;
  serviceTier?: "standard" | "priority" | "batch";
}

/** A success, and how it reaches the client. */
export interface Answer {
  text?: string;
  /** Instead of `text`. */
  content?: AnswerBlock[];
  stopReason?: string;
  usage?: FakeUsage;
  /** Into how many deltas a streamed block is cut. */
  chunks?: number;
  chunkDelayMs?: number;
  /** Waits after the headers, before the first byte of the body. */
  bodyDelayMs?: number;
  /** What is sent as JSON is none. */
  isMalformed?: boolean;
  /**
   * Spoils a stream after so many deltas, or with -1 before its first event: an `error` event, a reset of the
   * connection, or silence. An answer in one piece is cut in half by a reset or by silence.
   */
  breakAfter?: { chunks: number; with: Failure | "reset" | "hang" };
}

/** What happens to one request that is otherwise in order. */
export interface Step extends Answer {
  /** Only a request that fits takes the step. */
  when?: { key?: string; path?: string; model?: string };
  /** Waits before anything is sent, headers included. */
  delayMs?: number;
  failure?: Failure;
  /** Never answers, or resets the connection before any header. */
  connection?: "hang" | "drop";
}
