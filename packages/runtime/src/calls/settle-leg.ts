import type { Settled } from "../admission/admission-store.ts";
import type { Governed } from "../governed.ts";
import type { LedgerEntry } from "../ledger/ledger-entry.ts";
import { REQUEST_IDS_MAX } from "../ledger/storable-text.ts";
import { plain } from "../plain-text.ts";
import { answeringModel } from "../usage/answer-meter.ts";
import type { CallCost } from "../usage/call-cost.ts";
import { AttemptsFailed } from "./attempts-failed.ts";
import { withLeft } from "./budget-left.ts";
import type { Call, GovernedLeg } from "./call.ts";
import { CallEnded } from "./call-guard.ts";
import { steadyNow } from "./clock.ts";
import { configurationVersion } from "./configuration-version.ts";
import { costOfLeg } from "./cost-of-leg.ts";
import { within } from "./within.ts";

type End = Pick<LedgerEntry, "outcome" | "errorType" | "httpStatus">;

/** How long a call that was ended waits to be booked: long enough for a store that is there. */
const ENDED_GRACE_MS = 50;
/** The same of one that came to its end: who waits for an answer that is here waits no longer for its figures. */
const FINISHED_GRACE_MS = 1_000;
const NO_TAGS = {};
const SUCCESS: End = { outcome: "success", errorType: null, httpStatus: 200 };

/** Books what a leg cost, frees what it held, and tells what governed it. `error` is what it ended with, if any. */
export async function settleLeg(call: Call, leg: GovernedLeg, error?: unknown): Promise<Governed> {
  const { runtime, effective, asker, attempts, waits } = call;
  const { turn, admission, request } = leg;
  const end = error === undefined ? SUCCESS : endOf(error, leg);
  const cost = costOfLeg(call, leg);
  const entry = entryOf(call, leg, end, cost);
  const settling = runtime.settler.settle({ admission, request, cost: cost.amount, entry });
  const settled = await inTime(call, settling);
  const { id, modelAsked, modelServed, keySlot, configurationVersion } = entry;
  return {
    id,
    userId: asker.userId,
    organizationId: effective.organizationId,
    configurationVersion,
    isStale: effective.stale,
    outcome: end.outcome,
    model: modelServed ?? modelAsked,
    apiVersion: turn.apiVersion,
    keySlot,
    adjustments: turn.adjustments,
    cost: { amount: cost.amount, basis: cost.basis },
    attempts,
    waits,
    // Figures are written when they are read.
    get budgets() {
      return (settled ?? admission).budgets.map(withLeft);
    },
  };
}

/**
 * Undefined where a store does not answer in time: then the call ends, and its cost is booked as soon as the store takes
 * it.
 */
async function inTime({ guard }: Call, settling: Promise<Settled | undefined>): Promise<Settled | undefined> {
  if (guard.remainingMs() <= 0) return within(ENDED_GRACE_MS, settling);
  try {
    return await guard.race(within(FINISHED_GRACE_MS, settling));
  } catch (error) {
    if (error instanceof CallEnded) return undefined;
    throw error;
  }
}

function entryOf(call: Call, leg: GovernedLeg, end: End, cost: CallCost): LedgerEntry {
  const { runtime, effective, asker, kind } = call;
  const { turn, meter, route, request, startedAt, beganAt, firstByteAt } = leg;
  const { usage } = cost;
  const served = answeringModel(meter);
  const writes = usage?.cache_creation;
  const writes5m = writes?.ephemeral_5m_input_tokens ?? 0;
  const writes1h = writes?.ephemeral_1h_input_tokens ?? 0;
  return {
    id: request.id,
    userId: asker.userId,
    organizationId: effective.organizationId,
    modelAsked: plain(turn.asked),
    modelServed: served === undefined ? null : plain(served),
    apiVersion: turn.apiVersion,
    keySlot: route.keySlot,
    startedAt: new Date(startedAt),
    firstByteMs: firstByteAt === null ? null : Math.max(0, firstByteAt - beganAt),
    durationMs: Math.max(0, steadyNow(runtime.clock) - beganAt),
    attempts: leg.attempts,
    ...end,
    errorType: end.errorType && plain(end.errorType),
    stopReason: meter.stopReason && plain(meter.stopReason),
    operation: kind === "count" ? "token_count" : "message",
    isStream: kind === "stream",
    inputTokens: usage?.input_tokens ?? 0,
    outputTokens: usage?.output_tokens ?? 0,
    cacheReadTokens: usage?.cache_read_input_tokens ?? 0,
    cacheWrite5mTokens: Math.max(writes5m, (usage?.cache_creation_input_tokens ?? 0) - writes1h),
    cacheWrite1hTokens: writes1h,
    webSearches: usage?.server_tool_use?.web_search_requests ?? 0,
    cost: cost.amount,
    costBasis: cost.basis,
    configurationVersion: configurationVersion(effective),
    anthropicRequestIds: requestIdsOf(call, leg),
    experimentVariant: null,
    label: call.options.label ?? null,
    tags: call.options.tags ?? NO_TAGS,
  };
}

/** The last ones, were there ever more than the ledger takes. */
function requestIdsOf({ attempts }: Call, { attemptsBefore }: GovernedLeg): string[] {
  const ids: string[] = [];
  for (const { requestId } of attempts.slice(attemptsBefore))
    if (requestId !== null) ids.push(plain(requestId));
  return ids.slice(-REQUEST_IDS_MAX);
}

/** How the ledger calls an end that is no success. */
function endOf(error: unknown, { status }: GovernedLeg): End {
  if (error instanceof CallEnded) {
    const isAborted = error.by === "caller" || error.by === "closing";
    return isAborted
      ? { outcome: "aborted", errorType: null, httpStatus: status }
      : { outcome: "timeout", errorType: `${error.by}_timeout`, httpStatus: status };
  }
  if (!(error instanceof AttemptsFailed))
    return { outcome: "error", errorType: "internal", httpStatus: null };
  const { kind, type, status: httpStatus } = error.failure;
  // Anthropic tells its caps as rate limits and as invalid requests, which they are not.
  const errorType = kind === "spend_limit" ? kind : type;
  return { outcome: kind === "connection_timeout" ? "timeout" : "error", errorType, httpStatus };
}
