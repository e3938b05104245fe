import type { AIConfiguration, FieldPath } from "../configuration.ts";
import type { FieldExplanation } from "../field-explanation.ts";
import { type FieldRule, isLock, type Policy } from "./policy.ts";

type CostBudget = Readonly<AIConfiguration["costBudget"]>;

const TIME_ZONE = "costBudget.timeZone";
const ENFORCEMENTS = [
  ["costBudget.dailyBudget", "costBudget.dailyEnforcement"],
  ["costBudget.weeklyBudget", "costBudget.weeklyEnforcement"],
  ["costBudget.monthlyBudget", "costBudget.monthlyEnforcement"],
] as const satisfies readonly [FieldPath, FieldPath][];

/**
 * The fields that are not for an account to say because its organization caps a budget: whether that budget blocks, and
 * when days begin. Whoever could have it warn alone, or move the day into one that is not spent yet, would have no cap.
 */
export function budgetTermsOf(policy: Policy | null | undefined): FieldPath[] {
  const capped = ENFORCEMENTS.filter(([amount]) => isCap(policy?.fields?.[amount]));
  return capped.length === 0 ? [] : [TIME_ZONE, ...capped.map(([, enforcement]) => enforcement)];
}

function isCap(rule: FieldRule | undefined): boolean {
  return rule !== undefined && (isLock(rule) || rule.max !== undefined);
}

/** An account's budgets as they are held: by its configuration, but for what is not the account's to say. */
export function heldBudget({
  configuration,
  sources,
  policy,
}: {
  readonly configuration: Readonly<AIConfiguration>;
  readonly sources: Readonly<Record<FieldPath, FieldExplanation>>;
  readonly policy: Policy | null;
}): CostBudget {
  const own = budgetTermsOf(policy).filter((path) => sources[path]?.source === "user");
  if (own.length === 0) return configuration.costBudget;
  const handedOut = own.map((path) => [
    path.slice("costBudget.".length),
    sources[path]?.hidden.find(({ source }) => source !== "user")?.value,
  ]);
  return { ...configuration.costBudget, ...Object.fromEntries(handedOut) };
}
