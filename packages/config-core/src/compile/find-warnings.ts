import { lifecycleOf } from "../catalogue/look-up.ts";
import { findModel } from "../catalogue/models.ts";
import type { AIConfiguration, FieldPath } from "../configuration.ts";
import { AIConfigError } from "../errors.ts";
import { budgetTermsOf } from "../policy/held-budget.ts";
import { compileMessageParams } from "./compile-message-params.ts";
import type { AdjustmentCode, ApiVersion, Draft } from "./compiler-rule.ts";
import { preferredApiVersion } from "./preferred-api-version.ts";
import { sentence } from "./sentence.ts";
import { forbiddenText, type Succession, type SuccessionOptions, successionOf } from "./succession.ts";
import { thinkingByDefault } from "./thinking-by-default.ts";

export type WarningCode =
  | AdjustmentCode
  | "model_deprecated"
  | "model_unknown"
  | "retired_model"
  | "policy_model"
  | "policy_budget";

/** Something that is valid and will not do what it says. It blocks nothing. */
export interface Warning {
  readonly path: FieldPath;
  readonly code: WarningCode;
  readonly message: string;
  /** Whether the value is not sent at all, rather than another one in its place. */
  readonly isDropped?: true;
}

export interface WarningOptions extends SuccessionOptions, Pick<Draft, "fields"> {
  /** Absent: the one under which most of the configuration has an effect. */
  readonly apiVersion?: ApiVersion | undefined;
}

/** What of a configuration has no effect on its model, by the rules of `compileMessageParams`, and what will end. */
export function findWarnings(configuration: Readonly<AIConfiguration>, options: WarningOptions): Warning[] {
  const about = [...modelWarnings(configuration.model, options), ...budgetWarnings(options)];
  const apiVersion = options.apiVersion ?? preferredApiVersion(configuration, options);
  try {
    const { adjustments } = compileMessageParams(configuration, { ...options, apiVersion });
    const warnings = adjustments.map(({ path, to, code, message }) => ({
      path,
      code,
      message: sentence(message),
      ...(to === null && { isDropped: true as const }),
    }));
    return [...about, ...warnings];
  } catch (error) {
    if (!(error instanceof AIConfigError)) throw error;
    // Every call fails, which says more than what it would leave out.
    const failing = error.issues.map(({ code, message }) => ({ path: "model.model", code, message }));
    return [...about, ...failing] as Warning[];
  }
}

function modelWarnings(wanted: Readonly<AIConfiguration["model"]>, options: SuccessionOptions): Warning[] {
  const model = findModel(wanted.model, options.models);
  if (model === undefined) {
    const message = `The catalogue does not know ${wanted.model}: neither its price nor what it accepts.`;
    return [{ path: "model.model", code: "model_unknown", message }];
  }
  const { state, retiresOn, daysLeft } = lifecycleOf(model, options.date);
  if (state !== "deprecated") return [];
  const when =
    retiresOn === null ? "will be retired" : `retires on ${retiresOn}, in ${daysText(daysLeft ?? 0)}`;
  const isFailing = wanted.onRetiredModel === "fail";
  const { next, forbidden }: Succession = isFailing ? {} : successionOf(model, options);
  const fails = `Calls fail from then on${forbidden ? `: ${forbiddenText(forbidden)}` : ""}`;
  const then = next ? `${next.displayName} replaces it` : fails;
  const message = `${model.displayName} ${when}. ${then}.`;
  const thinks = next && thinkingByDefault(wanted, model, next);
  return [
    { path: "model.model", code: "model_deprecated", message },
    ...(thinks ? [{ path: "model.thinking", code: "thinking_by_default", message: thinks } as const] : []),
  ];
}

function budgetWarnings({ policy, fields }: WarningOptions): Warning[] {
  const message =
    "Not used: the organization limits this account's budgets, so it also says how they are held.";
  return budgetTermsOf(policy)
    .filter((path) => fields?.[path]?.source === "user")
    .map((path) => ({ path, code: "policy_budget", message, isDropped: true }));
}

function daysText(days: number): string {
  return days === 1 ? "1 day" : `${days} days`;
}
