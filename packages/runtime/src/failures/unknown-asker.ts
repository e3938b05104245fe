import { AIConfigError, ERROR_CATALOGUE, type Issue } from "@ai-config/config-core";

/** For whom no call is made: the environment's key would pay for an account that is deleted, or never was. */
export function unknownAccount(): AIConfigError {
  const { message } = ERROR_CATALOGUE.ACCOUNT_NOT_FOUND;
  return new AIConfigError("ACCOUNT_NOT_FOUND", { issues: [issue("userId", message)] });
}

export function noMember(): AIConfigError {
  const message = "The account does not belong to this organization. Name one of its own, or none.";
  return new AIConfigError("NOT_FOUND", { message, issues: [issue("organizationId", message)] });
}

const issue = (path: string, message: string): Issue => ({ path, code: "invalid_value", message });
