import { findModel, type ModelInfo } from "../catalogue/models.ts";
import type { AIConfiguration } from "../configuration.ts";
import type { ApiVersion } from "./compiler-rule.ts";
import { type SuccessionOptions, servingModel } from "./succession.ts";

/**
 * The API version under which most of a configuration has an effect on the model that will answer: the current one
 * refuses every sampling parameter, the one before still takes them for models that know them.
 */
export function preferredApiVersion(
  { model: wanted }: Readonly<AIConfiguration>,
  options: SuccessionOptions,
): ApiVersion {
  const model = findModel(wanted.model, options.models);
  return apiVersionFor(model && servingModel(model, options), wanted);
}

/** The same for a model that is known to answer. */
export function apiVersionFor(
  model: ModelInfo | undefined,
  { temperature, topP, topK }: Readonly<AIConfiguration["model"]>,
): ApiVersion {
  const wantsSampling = (temperature ?? topP ?? topK) !== undefined;
  return wantsSampling && model?.sampling === "one_of_two" ? "2023-06-01" : "2026-10-21";
}
