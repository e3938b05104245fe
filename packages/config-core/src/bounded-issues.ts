import type { Issue } from "./issue.ts";

/** More problems than any honest input has; without a bound the answer could outgrow the question. */
const ISSUES_MAX = 100;

/** The first problems, and how many more there are. */
export function boundedIssues(issues: readonly Issue[]): Issue[] {
  const rest = issues.length - ISSUES_MAX;
  if (rest <= 0) return [...issues];
  return [
    ...issues.slice(0, ISSUES_MAX),
    { path: "", code: "too_large", message: `There are ${rest} more problems.` },
  ];
}
