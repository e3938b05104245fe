import { lifecycleOf } from "../catalogue/look-up.ts";
import { findModel, type ModelOptions } from "../catalogue/models.ts";
import type { AIConfiguration } from "../configuration.ts";
import type { ApiVersion } from "./compiler-rule.ts";

/**
 * The API version under which most of a configuration has an effect: the current one refuses every sampling
 * parameter, the one before still takes them for models that know them.
 */
export function preferredApiVersion(
  { model: wanted }: Readonly<AIConfiguration>,
  { date, models }: ModelOptions & { readonly date: Date },
): ApiVersion {
  const model = findModel(wanted.model, models);
  const takesSampling = model?.sampling === "one_of_two" && lifecycleOf(model, date).state !== "retired";
  const wantsSampling =
    wanted.temperature !== undefined || wanted.topP !== undefined || wanted.topK !== undefined;
  return takesSampling && wantsSampling ? "2023-06-01" : "2026-10-21";
}
