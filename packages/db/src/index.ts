export { and, asc, count, desc, eq, gt, inArray, isNotNull, isNull, lt, ne, or, sql } from "drizzle-orm";
export { checkApplicationRole } from "./application-role.ts";
export { type ActorDb, type AsActorOptions, asActor, withServiceRights } from "./as-actor.ts";
export type { Actor, Database, Db, Listener, SqlClient, TokenActor } from "./client.ts";
export { type ConnectOptions, connect } from "./connect.ts";
export { type MigrateOptions, migrate } from "./migrate.ts";
export {
  type AccountSnapshot,
  type KeySummary,
  type LayersSnapshot,
  readLayers,
  readOrganizationLayers,
  type StoredLayer,
  type StoredPolicy,
} from "./read-layers.ts";
export { accounts } from "./schema/accounts.ts";
export { type AuditSubject, aiConfigurationAudit } from "./schema/ai-configuration-audit.ts";
export { aiConfigurations } from "./schema/ai-configurations.ts";
export { aiProviderKeys } from "./schema/ai-provider-keys.ts";
export { aiUsageEvents } from "./schema/ai-usage-events.ts";
export { budgetAlerts } from "./schema/budget-alerts.ts";
export type { MemberRole } from "./schema/expressions.ts";
export { issuerAccounts } from "./schema/issuer-accounts.ts";
export { kekCanaries } from "./schema/kek-canaries.ts";
export { organizationInvitations } from "./schema/organization-invitations.ts";
export { organizationMembers } from "./schema/organization-members.ts";
export { organizationPolicies } from "./schema/organization-policies.ts";
export { organizations } from "./schema/organizations.ts";
export { serviceTokens } from "./schema/service-tokens.ts";
export { sessions } from "./schema/sessions.ts";
export { twoFactors } from "./schema/two-factors.ts";
export { users } from "./schema/users.ts";
export { verifications } from "./schema/verifications.ts";
export { readSchemaVersion } from "./schema-version.ts";
export {
  type DatabaseErrorDescription,
  describeDatabaseError,
  isDatabaseUnavailable,
  sqlStateOf,
  wasOvertaken,
} from "./sql-state.ts";
