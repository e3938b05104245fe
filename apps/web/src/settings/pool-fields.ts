import { type FieldDefinition, type FieldPath, fieldAt, type PolicyPool } from "@ai-config/config-core";

/** A limit that all members share, with the words and bounds of the field that each of them has alone. */
export interface PoolField {
  name: keyof PolicyPool;
  label: string;
  help: string;
  field: FieldDefinition;
}

const SHARED: readonly [keyof PolicyPool, FieldPath, label: string, help: string][] = [
  ["dailyBudget", "costBudget.dailyBudget", "Shared daily budget", "What all members may spend in one day."],
  [
    "weeklyBudget",
    "costBudget.weeklyBudget",
    "Shared weekly budget",
    "What all members may spend from Monday to Sunday.",
  ],
  [
    "monthlyBudget",
    "costBudget.monthlyBudget",
    "Shared monthly budget",
    "What all members may spend in one calendar month.",
  ],
  [
    "requestsPerMinute",
    "rateLimiting.requestsPerMinute",
    "Shared requests per minute",
    "The steady rate of the calls of all members.",
  ],
  [
    "concurrentRequests",
    "rateLimiting.concurrentRequests",
    "Shared requests at once",
    "How many calls of all members may run at the same moment.",
  ],
];

/** Every limit that a policy can share out. */
export const POOL_FIELDS: readonly PoolField[] = SHARED.flatMap(([name, path, label, help]) => {
  const field = fieldAt(path);
  return field ? [{ name, label, help, field }] : [];
});
