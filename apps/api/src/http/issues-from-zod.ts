import { type Issue, issuesFromZod as issuesOf } from "@ai-config/config-core";
import type * as z from "zod";

/** More than any honest request has; without a bound the answer could outgrow the request. */
const ISSUES_MAX = 100;

const missing: Issue = {
  path: "",
  code: "malformed",
  message:
    "There is no input. Send it as JSON: of a query in the address, as ?input={…}, and of a mutation as the body.",
};

/** What is wrong with an envelope, in the words of the product. What is inside `updates` the service judges. */
export function issuesFromZod(error: z.ZodError, input: unknown): Issue[] {
  if (input === undefined) return [missing];
  const issues = error.issues.flatMap((issue) => {
    const message = ownMessage(issue);
    if (message === undefined) return issuesOf([issue], input);
    return [{ path: issue.path.join("."), code: "invalid_value", message } as const];
  });
  const rest = issues.length - ISSUES_MAX;
  if (rest <= 0) return issues;
  return [
    ...issues.slice(0, ISSUES_MAX),
    { path: "", code: "too_large", message: `There are ${rest} more problems.` },
  ];
}

/** What is said of an envelope and never of a configuration. */
function ownMessage(issue: z.core.$ZodIssue): string | undefined {
  // Zod's types do not tell of the options yet.
  if (issue.code === "invalid_union" && "options" in issue && Array.isArray(issue.options)) {
    return `Must be one of ${issue.options.map((option) => `"${String(option)}"`).join(", ")}.`;
  }
  if (issue.code === "custom" && issue.params === undefined) return issue.message;
  if (issue.code !== "invalid_format") return undefined;
  if (issue.format === "uuid") return "Must be an id as the API gives them.";
  if (issue.format === "email") return "Must be an e-mail address, like name@example.com.";
  // Each pattern and rule of an envelope brings its own sentence.
  return issue.message;
}
