export { applyPatch } from "./apply-patch.ts";
export { type BudgetPeriod, type BudgetWindow, budgetWindow } from "./budget-window.ts";
export { calculateCost } from "./calculate-cost.ts";
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
export { configurationJsonSchema } from "./configuration-json-schema.ts";
export { AIConfigError, type AIConfigErrorOptions, ERROR_CATALOGUE, type ErrorCode } from "./errors.ts";
export type { FieldControl, FieldType, FieldUnit } from "./field.ts";
export { findInconsistencies } from "./find-inconsistencies.ts";
export { formatFieldValue } from "./format-field-value.ts";
export { LAYER_BYTES_MAX } from "./inspect-json.ts";
export type { Checked, Issue, IssueCode } from "./issue.ts";
export { compareLayers, type KeyHints, type Layer, type LayerRef, type LayerSource } from "./layer.ts";
export { mergeLayers } from "./merge-layers.ts";
export {
  AVAILABLE_MODELS,
  findModel,
  type ModelCatalogue,
  type ModelInfo,
  type ModelOptions,
} from "./models.ts";
export {
  type FieldExplanation,
  type FieldSource,
  type Resolution,
  resolveConfiguration,
} from "./resolve-configuration.ts";
export { type RetryDelayOptions, retryDelay } from "./retry-delay.ts";
export { containsSecret, maskKey, Secret, withoutSecrets } from "./secret.ts";
export { validateAIConfiguration, validateLayer, validatePatch } from "./validate.ts";
