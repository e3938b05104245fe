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
export { AIConfigError, type AIConfigErrorOptions, ERROR_CATALOGUE, type ErrorCode } from "./errors.ts";
export type { FieldControl, FieldType, FieldUnit } from "./field.ts";
export type { Checked, Issue, IssueCode } from "./issue.ts";
export { AVAILABLE_MODELS, findModel, type ModelCatalogue, type ModelInfo } from "./models.ts";
export { containsSecret, maskKey, Secret, withoutSecrets } from "./secret.ts";
