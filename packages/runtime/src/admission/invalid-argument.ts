import { AIConfigError } from "@ai-config/config-core";

/** The error for an argument that no admission can be decided with. */
export function invalidArgument(path: string, message: string): AIConfigError {
  return new AIConfigError("INPUT_INVALID", { issues: [{ path, code: "invalid_value", message }] });
}
