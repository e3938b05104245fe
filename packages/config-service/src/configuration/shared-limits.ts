import {
  type CostBudget,
  type Layer,
  type ModelOptions,
  type Policy,
  type PolicyPool,
  resolveConfiguration,
} from "@ai-config/config-core";

/** What all members of an organization share, and how its budgets are held. */
export interface SharedLimits {
  readonly limits: PolicyPool;
  /** Of what the organization hands out: nobody's own say decides about what belongs to all. */
  readonly costBudget: Readonly<CostBudget>;
}

/** The limits that members share, or null where the policy shares none. */
export function sharedLimitsOf(
  policy: Policy | null,
  layers: readonly Layer[],
  options: ModelOptions,
): SharedLimits | null {
  if (policy?.pool === undefined || Object.keys(policy.pool).length === 0) return null;
  const handedOut = layers.filter(({ source }) => source !== "user");
  const { configuration } = resolveConfiguration(handedOut, options);
  return Object.freeze({ limits: Object.freeze(policy.pool), costBudget: configuration.costBudget });
}
