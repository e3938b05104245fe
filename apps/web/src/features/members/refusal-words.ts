import type { ApiProblem } from "../../lib/api-problem.ts";
import { describeRefusal } from "../../lib/describe-refusal.ts";

/** Why a change to a membership or an organization was refused, and what to do. */
export function refusalWords(problem: ApiProblem): string {
  switch (problem.code) {
    case "LAST_OWNER":
      return "An organization needs an owner, and this is the only one. Make somebody else an owner first.";
    case "FORBIDDEN":
      return "Your role does not allow this, or not any more. Ask an owner.";
    case "NOT_FOUND":
      return "Somebody was quicker: there is no such thing here any more. Load the page again.";
    default:
      return describeRefusal(problem);
  }
}
