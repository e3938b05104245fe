import { AIConfigError, type Timeouts } from "@ai-config/config-core";
import { APIUserAbortError } from "@anthropic-ai/sdk";

import type { EndedBy } from "../calls/call-guard.ts";

const FIELDS = {
  connection: "connectionTimeout",
  generation: "generationTimeout",
  total: "totalRequestTimeout",
} as const satisfies Record<Exclude<EndedBy, "caller" | "closing">, keyof Timeouts>;

/** Why a call was ended from our side: its caller's own wish comes in the SDK's words. */
export function endedError(
  by: EndedBy,
  timeouts: Timeouts,
  details: Readonly<Record<string, unknown>> = {},
): Error {
  if (by === "caller") return new APIUserAbortError();
  if (by === "closing") return new AIConfigError("SHUTTING_DOWN", { details });
  const name = FIELDS[by];
  const ms = timeouts[name];
  return new AIConfigError("CALL_TIMEOUT", {
    message: `The call took longer than its ${name} of ${ms} ms. Try again, or have the timeout raised.`,
    details: { ...details, timeout: name, ms },
  });
}
