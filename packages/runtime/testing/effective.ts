import { DEFAULT_AI_CONFIGURATION, type Policy, resolveConfiguration } from "@ai-config/config-core";
import type { EffectiveConfiguration } from "@ai-config/config-service";

/** An effective configuration without a database: these settings of an account, under this policy. */
export function effectiveOf(settings: object, policy: Policy | null = null): EffectiveConfiguration {
  const { configuration, fields, problems } = resolveConfiguration(
    [{ source: "user", values: settings }],
    policy ? { policy: { rules: policy, name: "Acme" } } : {},
  );
  return {
    configuration,
    sources: fields,
    problems,
    warnings: [],
    userId: "00000000-0000-4000-8000-000000000001",
    isUnknownAccount: false,
    organizationId: policy ? "00000000-0000-4000-8000-000000000002" : null,
    organizationName: policy ? "Acme" : null,
    policy,
    shared: policy?.pool ? { limits: policy.pool, costBudget: DEFAULT_AI_CONFIGURATION.costBudget } : null,
    versions: {},
    etag: '"test"',
    resolvedAt: new Date(0).toISOString(),
    stale: false,
  };
}
