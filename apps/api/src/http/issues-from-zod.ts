import type { Issue } from "@ai-config/config-core";
import type * as z from "zod";

/** What is wrong with an envelope, in the words of the product. What is inside `updates` the service judges. */
export function issuesFromZod(error: z.ZodError): Issue[] {
  return error.issues.flatMap((issue): Issue[] => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        path: [...issue.path, key].join("."),
        code: "unknown_field",
        message: "Is not a field here. Remove it.",
      }));
    }
    const code = issue.code === "invalid_type" ? "invalid_type" : "invalid_value";
    return [{ path: issue.path.join("."), code, message: issue.message }];
  });
}
