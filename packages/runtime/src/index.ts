export { AIConfigError } from "@ai-config/config-core";
export type {
  Admission,
  AdmissionRequest,
  AdmissionStore,
  BudgetAlert,
  BudgetState,
  LimitName,
  Refusal,
  Scope,
  ScopeLimits,
  Settlement,
} from "./admission/admission-store.ts";
export { createMemoryStore, type MemoryStoreOptions } from "./admission/memory-store.ts";
export { createPostgresStore } from "./admission/postgres-store.ts";
export { createRedisStore, type RedisStoreOptions } from "./admission/redis/redis-store.ts";
export type { SendCommand } from "./admission/redis/run-script.ts";
export type { Wait } from "./calls/attempt-loop.ts";
export type { AttemptReport, KeySlotName } from "./calls/attempt-report.ts";
export type { BudgetStatus } from "./calls/budgets-of.ts";
export type { Clock } from "./calls/clock.ts";
export {
  type ClaudeForUser,
  createGovernedClaude,
  type ForUserOptions,
  type GovernedClaude,
  type GovernedClaudeOptions,
} from "./create-governed-claude.ts";
export { isLimitReached, type LimitReachedError, type ReachedLimit } from "./failures/limit-reached.ts";
export type { BudgetLeft, Governed } from "./governed.ts";
export type { Ledger, LedgerWindow } from "./ledger/ledger.ts";
export type { LedgerEntry } from "./ledger/ledger-entry.ts";
export { createPostgresLedger, type PostgresLedger } from "./ledger/postgres-ledger.ts";
export type { GovernedMessageStream } from "./messages/governed-message-stream.ts";
export type {
  CountTokensParams,
  CreateParams,
  CreateStreamParams,
  GovernedMessage,
  GovernedMessages,
  GovernedTokensCount,
} from "./messages/governed-messages.ts";
export type { GovernedStream } from "./messages/governed-stream.ts";
export type { GovernedPromise } from "./provider/governed-promise.ts";
export type { CallOptions } from "./provider/request-options.ts";
export type { PolicyAdjustment } from "./request/call-overrides.ts";
export type { GovernedParams } from "./request/governed-params.ts";
