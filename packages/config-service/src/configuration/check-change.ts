import { configName, containsSecret, type Issue } from "@ai-config/config-core";

const REASON_MAX = 500;

/** What is wrong with the words around a change: its name and its reason. */
export function checkChange(change: { configName?: string; reason?: string | undefined }): Issue[] {
  const issues: Issue[] = [];
  if (change.configName !== undefined) {
    const checked = configName.safeParse(change.configName);
    for (const { message } of checked.error?.issues.slice(0, 1) ?? []) {
      issues.push({ path: "configName", code: "invalid_value", message });
    }
  }
  const { reason } = change;
  if (reason === undefined) return issues;
  if (typeof reason !== "string" || /[\0\p{Cs}]/u.test(reason)) {
    issues.push({ path: "reason", code: "malformed", message: "Must be text." });
  } else if (reason.length > REASON_MAX) {
    issues.push({ path: "reason", code: "too_large", message: `Must be ${REASON_MAX} characters or less.` });
  } else if (containsSecret(reason)) {
    issues.push({ path: "reason", code: "secret_not_allowed", message: "Must not hold an API key." });
  }
  return issues;
}
