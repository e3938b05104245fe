import type { Issue } from "@ai-config/config-core";

/** Which limit refused a call, and whose it is. */
export interface ReachedLimit {
  limit: "requestsPerMinute" | "concurrentRequests" | "dailyBudget" | "weeklyBudget" | "monthlyBudget";
  scope: { kind: "user" | "organization" };
}

/** What a failed call means to a person: a sentence, a code to act on, and the id to quote. */
export interface ApiProblem {
  code: string;
  message: string;
  issues: readonly Issue[];
  requestId?: string;
  /** The limit that refused, where one did. */
  limit?: ReachedLimit;
}

type WireProblem = Partial<Omit<ApiProblem, "message">>;

/** Reads any thrown value as a problem. Only what the API says about itself is shown; the rest is "not reached". */
export function problemOf(error: unknown): ApiProblem {
  const data = (error as { data?: { aiConfig?: WireProblem; code?: string } | null } | null)?.data;
  const wire = data?.aiConfig;
  if (!data) {
    return {
      code: "NOT_REACHED",
      message: "The server could not be reached. Check your connection, then try again.",
      issues: [],
    };
  }
  return {
    code: wire?.code ?? data.code ?? "INTERNAL",
    message: error instanceof Error ? error.message : "Something went wrong.",
    issues: wire?.issues ?? [],
    requestId: wire?.requestId,
    limit: wire?.limit,
  };
}

/** Whether the caller is known and may not. */
export function isForbidden(error: unknown): boolean {
  return problemOf(error).code === "FORBIDDEN";
}

/** Whether the caller has to sign in first. */
export function isUnauthenticated(error: unknown): boolean {
  const { code } = problemOf(error);
  return code === "UNAUTHENTICATED" || code === "UNAUTHORIZED";
}
