export { AI_CONFIG } from "./ai-config.ts";
export { type ActingAs, AIConfigService, aiConfigService, type ChangeOptions } from "./ai-config-service.ts";
export type { AuditChange } from "./audit/describe-changes.ts";
export { type AuditExportLine, exportAudit } from "./audit/export-audit.ts";
export { type AuditEntry, type ListAuditInput, listAudit } from "./audit/list-audit.ts";
export { type AuditVerdict, verifyAudit } from "./audit/verify-audit.ts";
export type { ConfigurationCache } from "./cache/configuration-cache.ts";
export { deleteConfiguration } from "./configuration/delete-configuration.ts";
export type { EffectiveConfiguration } from "./configuration/effective-configuration.ts";
export {
  type EffectiveConfigurationInput,
  getEffectiveConfiguration,
  peekEffectiveConfiguration,
} from "./configuration/get-effective-configuration.ts";
export { getOrganizationConfiguration } from "./configuration/get-organization-configuration.ts";
export { listConfigurations } from "./configuration/list-configurations.ts";
export {
  type RestoreConfigurationInput,
  restoreConfiguration,
} from "./configuration/restore-configuration.ts";
export type { SharedLimits } from "./configuration/shared-limits.ts";
export type { ConfigurationSummary } from "./configuration/stored-configuration.ts";
export { type ToggleConfigurationResult, toggleConfiguration } from "./configuration/toggle-configuration.ts";
export {
  type UpdateConfigurationInput,
  type UpdateConfigurationResult,
  updateConfiguration,
} from "./configuration/update-configuration.ts";
export type { Log, LogLevel, ServiceContext } from "./context.ts";
export {
  createServiceContext,
  type RunningServiceContext,
  type ServiceOptions,
} from "./create-service-context.ts";
export { closeDefaultServiceContext } from "./default-service-context.ts";
export type { EnvironmentLayer } from "./environment-layer.ts";
export { type AIConfigWithKey, getAIConfigForUser } from "./get-ai-config-for-user.ts";
export { checkCanaries } from "./keys/check-canaries.ts";
export { keyRingFromFile, readKeyRingFile } from "./keys/key-ring-file.ts";
export { keyRingFromSupabaseVault, type SupabaseVaultOptions } from "./keys/key-ring-in-supabase-vault.ts";
export type { KeyRingProvider } from "./keys/key-ring-provider.ts";
export { createKeyVault, type KeyContext, type KeySlot, type KeyVault } from "./keys/key-vault.ts";
export { type KeyListing, listKeys } from "./keys/list-keys.ts";
export { type OpenApiKeyInput, openApiKey } from "./keys/open-api-key.ts";
export { revokeKey } from "./keys/revoke-key.ts";
export { type RewrapProgress, rewrapKeys } from "./keys/rewrap-keys.ts";
export { type RotateApiKeyInput, type RotateApiKeyResult, rotateApiKey } from "./keys/rotate-api-key.ts";
export { type VerifiedKeys, verifyPendingKeys } from "./keys/verify-pending-keys.ts";
export { logToConsole } from "./log-to-console.ts";
export { fetchRemoteModels } from "./models/fetch-remote-models.ts";
export {
  getLifecycleReport,
  getOwnLifecycleReport,
  type LifecycleRef,
} from "./models/get-lifecycle-report.ts";
export { readCatalogueFile } from "./models/read-catalogue-file.ts";
export {
  describeInvitation,
  type InvitationOffer,
  type InvitationRefusal,
} from "./organizations/describe-invitation.ts";
export {
  acceptInvitation,
  createInvitation,
  hashInvitationToken,
  listInvitations,
  type PendingInvitation,
  revokeInvitation,
} from "./organizations/invitations.ts";
export { listMembers, type MemberSummary, removeMember, setMemberRole } from "./organizations/members.ts";
export {
  createOrganization,
  deleteOrganization,
  listOrganizations,
  type OrganizationSummary,
  renameOrganization,
  setDefaultOrganization,
} from "./organizations/organizations.ts";
export type { Owner } from "./owner.ts";
export { getPolicy, type StoredOrganizationPolicy } from "./policies/get-policy.ts";
export {
  type AffectedMember,
  type PolicyEffect,
  type PolicyPreview,
  type PreviewPolicyInput,
  type PreviewPolicyResult,
  previewPolicy,
} from "./policies/preview-policy.ts";
export { type SetPolicyInput, type SetPolicyResult, setPolicy } from "./policies/set-policy.ts";
export {
  type CreatedServiceToken,
  type CreateServiceTokenInput,
  createServiceToken,
} from "./tokens/create-service-token.ts";
export { listServiceTokens, type ServiceTokenSummary } from "./tokens/list-service-tokens.ts";
export { revokeServiceToken } from "./tokens/revoke-service-token.ts";
export { isServiceToken } from "./tokens/service-token.ts";
export { type LiveServiceToken, useServiceToken } from "./tokens/use-service-token.ts";
export { listAlerts, type StoredAlert } from "./usage/list-alerts.ts";
export { summarizeUsage, type UsageSummary } from "./usage/summarize-usage.ts";
export { type UsageGroup, type UsagePoint, usageSeries } from "./usage/usage-series.ts";
