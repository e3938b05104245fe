import type { ErrorCode } from "@ai-config/config-core";
import type { ApiProblem } from "./api-problem.ts";

/** Refusals by a rule, which say all that there is to know. Anything else may have to be looked up by its request. */
const expected: ReadonlySet<string> = new Set<ErrorCode>([
  "FORBIDDEN",
  "KEY_MISSING",
  "LAST_OWNER",
  "LIMIT_REACHED",
  "MODEL_RETIRED",
  "POLICY_CONFLICT",
  "PRICE_UNKNOWN",
  "RATE_LIMITED",
  "TOKEN_EXISTS",
  "TOKEN_LIMIT",
]);

/** Why something was refused, in words for the one field or dialog it was sent from. */
export function describeRefusal({ code, issues, message, requestId }: ApiProblem): string {
  if (issues.length > 0) return issues.map((issue) => issue.message).join(" ");
  return requestId && !expected.has(code) ? `${message} (request ${requestId})` : message;
}
