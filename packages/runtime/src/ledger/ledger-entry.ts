import type { ApiVersion, CostBasis, Usd } from "@ai-config/config-core";

/** One call, as it ended. It holds no text of the prompt or the answer. */
export interface LedgerEntry {
  /** Uuid: the id of the admission. */
  readonly id: string;
  readonly userId: string;
  readonly organizationId: string | null;
  /** What the configuration, the call or a chain of fallbacks wanted. */
  readonly modelAsked: string;
  /** What answered; null where nothing did. */
  readonly modelServed: string | null;
  readonly apiVersion: ApiVersion;
  readonly keySlot: "primary" | "secondary" | "environment";
  readonly startedAt: Date;
  /** From the first wait to the first byte of the last answer; null where none came. */
  readonly firstByteMs: number | null;
  /** From the first wait to the last byte. */
  readonly durationMs: number;
  /** Requests that were sent to Anthropic. */
  readonly attempts: number;
  readonly outcome: "success" | "error" | "aborted" | "timeout";
  /** Anthropic's error type where it failed, or ours: `spend_limit` where a cap on spending at Anthropic refused it. */
  readonly errorType: string | null;
  /** Of the last answer, which may have broken off after it; null where none came. */
  readonly httpStatus: number | null;
  readonly stopReason: string | null;
  /** `token_count` is free, and no call of a model: it is left out of sums. */
  readonly operation: "message" | "token_count";
  readonly isStream: boolean;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWrite5mTokens: number;
  readonly cacheWrite1hTokens: number;
  readonly webSearches: number;
  readonly cost: Usd;
  /** `estimated` where usage was not reported to the end, as after an abort. */
  readonly costBasis: CostBasis;
  /** Of the effective configuration; null where it came from the environment alone. */
  readonly configurationVersion: string | null;
  /** Anthropic's ids of the requests that were answered at all, in order, for their support: `REQUEST_IDS_MAX` at most. */
  readonly anthropicRequestIds: readonly string[];
  /** The variant of a running experiment that the configuration was of; null where none runs. */
  readonly experimentVariant: string | null;
  /** The caller's own word for what the call was for. */
  readonly label: string | null;
  /** The caller's own names and values. */
  readonly tags: Readonly<Record<string, string>>;
}
