import type { ApiProblem } from "./api-problem.ts";

/** Why something was refused, in words for the one field or dialog it was sent from. */
export function describeRefusal({ issues, message, requestId }: ApiProblem): string {
  if (issues.length > 0) return issues.map((issue) => issue.message).join(" ");
  return requestId ? `${message} (request ${requestId})` : message;
}
