import { lifecycleOf, replacementOf } from "../catalogue/look-up.ts";
import { findModel, type ModelOptions } from "../catalogue/models.ts";
import type { AIConfiguration, FieldPath } from "../configuration.ts";
import { AIConfigError } from "../errors.ts";
import { compileMessageParams } from "./compile-message-params.ts";
import type { AdjustmentCode, ApiVersion, Draft } from "./compiler-rule.ts";
import { preferredApiVersion } from "./preferred-api-version.ts";
import { sentence } from "./sentence.ts";
import { thinkingByDefault } from "./thinking-by-default.ts";

export type WarningCode = AdjustmentCode | "model_deprecated" | "model_unknown" | "retired_model";

/** Something that is valid and will not do what it says. It blocks nothing. */
export interface Warning {
  readonly path: FieldPath;
  readonly code: WarningCode;
  readonly message: string;
  /** Whether the value is not sent at all, rather than another one in its place. */
  readonly isDropped?: true;
}

export interface WarningOptions extends ModelOptions, Pick<Draft, "fields"> {
  readonly date: Date;
  /** Absent: the one under which most of the configuration has an effect. */
  readonly apiVersion?: ApiVersion | undefined;
}

/** What of a configuration has no effect on its model, by the rules of `compileMessageParams`, and what will end. */
export function findWarnings(configuration: Readonly<AIConfiguration>, options: WarningOptions): Warning[] {
  const { date, fields, models } = options;
  const about = modelWarnings(configuration.model, date, models);
  const apiVersion = options.apiVersion ?? preferredApiVersion(configuration, { date, models });
  try {
    const { adjustments } = compileMessageParams(configuration, { apiVersion, date, fields, models });
    const warnings = adjustments.map(({ path, to, code, message }) => ({
      path,
      code,
      message: sentence(message),
      ...(to === null && { isDropped: true as const }),
    }));
    return [...about, ...warnings];
  } catch (error) {
    if (!(error instanceof AIConfigError) || error.code !== "MODEL_RETIRED") throw error;
    return error.issues.map(({ message }) => ({ path: "model.model", code: "retired_model", message }));
  }
}

function modelWarnings(
  wanted: Readonly<AIConfiguration["model"]>,
  date: Date,
  models: ModelOptions["models"],
): Warning[] {
  const model = findModel(wanted.model, models);
  if (model === undefined) {
    const message = `The catalogue does not know ${wanted.model}: neither its price nor what it accepts.`;
    return [{ path: "model.model", code: "model_unknown", message }];
  }
  const { state, retiresOn, daysLeft } = lifecycleOf(model, date);
  if (state !== "deprecated") return [];
  const when =
    retiresOn === null ? "will be retired" : `retires on ${retiresOn}, in ${daysText(daysLeft ?? 0)}`;
  const next = wanted.onRetiredModel === "fail" ? undefined : replacementOf(model, date, models);
  const then = next ? `${next.displayName} replaces it` : "Calls fail from then on";
  const message = `${model.displayName} ${when}. ${then}.`;
  const thinks = next && thinkingByDefault(wanted, model, next);
  return [
    { path: "model.model", code: "model_deprecated", message },
    ...(thinks ? [{ path: "model.thinking", code: "thinking_by_default", message: thinks } as const] : []),
  ];
}

function daysText(days: number): string {
  return days === 1 ? "1 day" : `${days} days`;
}
