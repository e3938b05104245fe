import type { ModelInfo } from "../catalogue/models.ts";
import { AIConfigError, type ErrorCode } from "../errors.ts";
import type { IssueCode } from "../issue.ts";
import { forbiddenText } from "./succession.ts";

/** The error of a retired model, with the replacement that the policy does not allow. */
export function retired(model: ModelInfo, forbidden: ModelInfo | undefined): AIConfigError {
  const why = forbidden ? `, and ${forbiddenText(forbidden)}` : "";
  return modelError(
    "MODEL_RETIRED",
    forbidden ? "policy_model" : "retired_model",
    `${model.displayName} was retired on ${model.lifecycle.retiresOn}${why}`,
  );
}

/** The error of a model that cannot be where the policy wants it. */
export function outOfRegion({ displayName }: ModelInfo, region: unknown): AIConfigError {
  const why = `${displayName} cannot be bound to the region "${region}", which is locked`;
  return modelError("POLICY_CONFLICT", "policy_model", why);
}

function modelError(code: ErrorCode, issue: IssueCode, why: string): AIConfigError {
  const message = `${why}. Choose another model.`;
  return new AIConfigError(code, { issues: [{ path: "model.model", code: issue, message }] });
}
