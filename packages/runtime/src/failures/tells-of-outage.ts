import { CallEnded } from "../calls/call-guard.ts";
import { classifyError } from "./classify-error.ts";
import { readFailure } from "./read-failure.ts";

/** Whether what a request failed of tells of an outage: silence does, whichever timeout has ended it. */
export function tellsOfOutage(error: unknown, now: number): boolean {
  if (!(error instanceof CallEnded)) return readFailure(error, now)?.isOutage ?? false;
  const { by, silentMs } = error;
  return by !== "caller" && classifyError({ connection: "timed_out", silentMs }).isOutage;
}
