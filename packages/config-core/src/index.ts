export { applyPatch } from "./apply-patch.ts";
export { type BudgetPeriod, type BudgetWindow, budgetWindow } from "./budget-window.ts";
export { BUILT_IN_MODELS, CATALOGUE_DATE } from "./catalogue/built-in-models.ts";
export {
  type LifecycleState,
  type LifecycleStatus,
  lifecycleAt,
  type ModelAt,
  modelAt,
  priceAt,
} from "./catalogue/look-up.ts";
export type {
  Effort,
  Lifecycle,
  ModelEntry,
  PriceRow,
  SamplingClass,
  ThinkingType,
} from "./catalogue/model-entry.ts";
export {
  AVAILABLE_MODELS,
  catalogueOf,
  findModel,
  type ModelCatalogue,
  type ModelInfo,
  type ModelOptions,
} from "./catalogue/models.ts";
export { type CatalogueFile, parseCatalogueFile } from "./catalogue/parse-catalogue-file.ts";
export {
  type CatalogueChange,
  type RefreshedCatalogue,
  refreshCatalogue,
} from "./catalogue/refresh-catalogue.ts";
export {
  COMPILER_RULES,
  type CompiledMessage,
  type CompileOptions,
  compileMessageParams,
} from "./compile/compile-message-params.ts";
export {
  type Adjustment,
  type AdjustmentCode,
  API_VERSIONS,
  type ApiVersion,
  type CompilerRule,
  type MessageParams,
} from "./compile/compiler-rule.ts";
export {
  findWarnings,
  type Warning,
  type WarningCode,
  type WarningOptions,
} from "./compile/find-warnings.ts";
export {
  type AffectedConfiguration,
  type AffectedModel,
  type CostChange,
  type LifecycleReport,
  lifecycleReport,
  type ReportedConfiguration,
} from "./compile/lifecycle-report.ts";
export { preferredApiVersion } from "./compile/preferred-api-version.ts";
export type { RequestChange } from "./compile/request-changes.ts";
export { servingModel } from "./compile/succession.ts";
export { configName } from "./config-name.ts";
export {
  type AIConfiguration,
  type ApiKeys,
  type Capabilities,
  type ConfigurationPatch,
  type CostBudget,
  DEFAULT_AI_CONFIGURATION,
  FIELDS,
  type FieldDefinition,
  type FieldPath,
  fieldAt,
  type ModelConfiguration,
  type PartialConfiguration,
  type RateLimiting,
  type RetryStrategy,
  SECTIONS,
  type SectionDefinition,
  type SectionName,
  type Timeouts,
} from "./configuration.ts";
export {
  configurationFromEnvironment,
  type EnvironmentConfiguration,
  type EnvironmentProblem,
} from "./configuration-from-environment.ts";
export { type CalculateCostOptions, calculateCost } from "./cost/calculate-cost.ts";
export {
  type Cost,
  type CostBasis,
  type CostOptions,
  type CostPart,
  costOf,
} from "./cost/cost-of.ts";
export {
  type EstimateOptions,
  estimateMonthly,
  type MonthlyEstimate,
  type Traffic,
} from "./cost/estimate-monthly.ts";
export { forecastSpend } from "./cost/forecast-spend.ts";
export type { PriceModifiers, TokenKind } from "./cost/token-prices.ts";
export {
  type PricedParams,
  type UpperBound,
  type UpperBoundOptions,
  upperBound,
} from "./cost/upper-bound.ts";
export type { AnthropicUsage } from "./cost/usage.ts";
export {
  type Amount,
  compareUsd,
  formatUsd,
  formatUsdApart,
  parseUsd,
  sumUsd,
  toUsd,
  type Usd,
} from "./cost/usd.ts";
export { AIConfigError, type AIConfigErrorOptions, ERROR_CATALOGUE, type ErrorCode } from "./errors.ts";
export type { FieldControl, FieldType, FieldUnit } from "./field.ts";
export type { FieldExplanation, FieldSource } from "./field-explanation.ts";
export { findInconsistencies, zoneIssues } from "./find-inconsistencies.ts";
export { formatFieldValue } from "./format-field-value.ts";
export { LAYER_BYTES_MAX } from "./inspect-json.ts";
export type { Checked, Issue, IssueCode } from "./issue.ts";
export { issuesFromZod } from "./issues-from-zod.ts";
export { compareLayers, type KeyHints, type Layer, type LayerRef, type LayerSource } from "./layer.ts";
export { mergeLayers } from "./merge-layers.ts";
export { patchBetween } from "./patch-between.ts";
export { findBreaches } from "./policy/find-breaches.ts";
export { heldBudget } from "./policy/held-budget.ts";
export { imposeOnField } from "./policy/impose-policy.ts";
export {
  type FieldBounds,
  type FieldLock,
  type FieldRule,
  type Imposed,
  isLock,
  type Policy,
  type PolicyPool,
} from "./policy/policy.ts";
export { BOUNDED_PATHS, readPolicy, validatePolicy } from "./policy/read-policy.ts";
export { type Resolution, type ResolveOptions, resolveConfiguration } from "./resolve-configuration.ts";
export { type RetryDelayOptions, retryDelay } from "./retry-delay.ts";
export { rotationDueAt } from "./rotation-due.ts";
export { containsSecret, maskKey, SECRET_PATTERN, Secret, withoutSecrets } from "./secret.ts";
export { TOKEN_ACTIONS, type TokenAction } from "./token-actions.ts";
export { validateAIConfiguration, validateLayer, validatePatch } from "./validate.ts";
