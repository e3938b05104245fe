import { randomUUID } from "node:crypto";

import type { Admission, AdmissionRequest, ScopeLimits, Settlement } from "@ai-config/runtime";

/** `hot`: all calls are one user's. `spread`: of 1,000 users of one organization. */
export type CallShape = "hot" | "spread";

const USERS = 1_000;
const ORGANIZATION = "00000000-0000-4000-8000-00000000000a";

/** Calls that hit every kind of limit, all of them too wide to refuse. */
export function callMaker(shape: CallShape) {
  const users = Array.from({ length: shape === "hot" ? 1 : USERS }, (_, index) =>
    limitsOf("user", `00000000-0000-4000-9000-${String(index).padStart(12, "0")}`),
  );
  // Each account has an object of its own for its organization's limits, as its own configuration tells them.
  const scopes = users.map((user) => [user, limitsOf("organization", ORGANIZATION)]);
  let turn = 0;
  return {
    next(): AdmissionRequest {
      turn = (turn + 1) % scopes.length;
      return { id: randomUUID(), scopes: scopes[turn] as ScopeLimits[], reserve: "0.0123", leaseMs: 600_000 };
    },
    settlement(request: AdmissionRequest, admission: Admission): Settlement {
      if (!admission.isAdmitted) throw new Error(`Refused by ${admission.refusal.limit}.`);
      const [user] = request.scopes;
      return { admission, request, cost: "0.0045", entry: entryOf(request.id, user?.scope.id ?? "") };
    },
  };
}

function limitsOf(kind: "user" | "organization", id: string): ScopeLimits {
  const day = 86_400_000;
  const start = Math.floor(Date.now() / day) * day;
  const windows = [{ start: new Date(start - day), end: new Date(start + 2 * day) }];
  const thresholds = [0.5, 0.75, 0.9];
  const budget = { limit: "1000000000", enforcement: "block", thresholds, windows } as const;
  return {
    scope: { kind, id },
    rate: { perMinute: 1_000_000_000, burst: 1_000_000_000 },
    concurrency: 1_000_000,
    budgets: [
      { ...budget, period: "daily" },
      { ...budget, period: "weekly" },
      { ...budget, period: "monthly" },
    ],
  };
}

function entryOf(id: string, userId: string): Settlement["entry"] {
  return {
    id,
    userId,
    organizationId: ORGANIZATION,
    modelAsked: "claude-sonnet-4-5-20250929",
    modelServed: "claude-sonnet-4-5-20250929",
    apiVersion: "2023-06-01",
    keySlot: "primary",
    startedAt: new Date(),
    firstByteMs: null,
    durationMs: 1_200,
    attempts: 1,
    outcome: "success",
    errorType: null,
    httpStatus: 200,
    stopReason: "end_turn",
    operation: "message",
    isStream: false,
    inputTokens: 1_000,
    outputTokens: 100,
    cacheReadTokens: 0,
    cacheWrite5mTokens: 0,
    cacheWrite1hTokens: 0,
    webSearches: 0,
    cost: "0.0045",
    costBasis: "exact",
    configurationVersion: null,
    anthropicRequestIds: ["req_011CZk4vJ8mYt5wQxAbCdEfG"],
    experimentVariant: null,
    label: null,
    tags: {},
  };
}
