import { AIConfigError } from "@ai-config/config-core";

/** The refusal of a key where no key belongs: it would be shown to everybody who sees the field. */
export function secretIn(path: string): AIConfigError {
  const message = "Must not hold an API key. Store keys with rotate-key.";
  return new AIConfigError("INPUT_INVALID", { issues: [{ path, code: "secret_not_allowed", message }] });
}
