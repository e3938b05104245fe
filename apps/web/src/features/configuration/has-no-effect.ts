import type { Warning } from "@ai-config/config-core";

/** Whether the model does not take the value at all. Other warnings tell of a value that is changed or will end. */
export function hasNoEffect({ code }: Warning): boolean {
  return code.startsWith("sampling_") || code.endsWith("_not_supported");
}
