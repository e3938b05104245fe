import type { ApiProblem } from "../../lib/api-problem.ts";

/** Why a key was not stored, in words for its field. The only thing that was sent is the key. */
export function describeRefusal({ issues, message, requestId }: ApiProblem): string {
  if (issues.length > 0) return issues.map((issue) => issue.message).join(" ");
  return requestId ? `${message} (request ${requestId})` : message;
}
