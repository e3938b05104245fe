import { replacementOf, servingModelOf } from "../catalogue/look-up.ts";
import { findModel, type ModelInfo, type ModelOptions } from "../catalogue/models.ts";
import type { Policy } from "../policy/policy.ts";

export interface SuccessionOptions extends ModelOptions {
  /** When the request will be sent: models retire. */
  readonly date: Date;
  /** What the organization imposes: a replacement that it does not allow is none. */
  readonly policy?: Policy | null | undefined;
}

/** Who answers for a model once it is retired, or which model would if the policy allowed it. */
export interface Succession {
  readonly next?: ModelInfo | undefined;
  readonly forbidden?: ModelInfo | undefined;
}

export function successionOf(model: ModelInfo, options: SuccessionOptions): Succession {
  const { date, models } = options;
  const next = replacementOf(model, date, models, allowedBy(options));
  return next ? { next } : { forbidden: replacementOf(model, date, models) };
}

/** The model that serves calls on the day: itself, or who answers for it. */
export function servingModel(model: ModelInfo, options: SuccessionOptions): ModelInfo | undefined {
  return servingModelOf(model, options.date, options.models, allowedBy(options));
}

function allowedBy({ policy, models }: SuccessionOptions): (model: ModelInfo) => boolean {
  const names = policy?.allowedModels;
  return ({ id }) => !names || names.some((name) => findModel(name, models)?.id === id);
}

/** In words, why nobody answers. */
export function forbiddenText({ displayName }: ModelInfo): string {
  return `${displayName}, which replaces it, is not allowed`;
}
