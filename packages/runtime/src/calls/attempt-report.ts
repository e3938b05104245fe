import { AttemptsFailed } from "./attempts-failed.ts";
import { CallEnded } from "./call-guard.ts";

export type KeySlotName = "primary" | "secondary" | "environment";

/** One request, or one that was not sent because the circuit was open. */
export interface AttemptReport {
  readonly model: string;
  readonly keySlot: KeySlotName;
  /** Of the HTTP answer, which may have broken off after it; null where none came. */
  readonly status: number | null;
  /** What it failed of, or which timeout or whose wish ended it; null for the one that was answered. */
  readonly failure: string | null;
  readonly requestId: string | null;
}

/** What is told of a request that did not come to its end. */
export function failureName(error: unknown): string {
  if (error instanceof CallEnded) return error.by === "caller" ? "aborted" : `${error.by}_timeout`;
  if (!(error instanceof AttemptsFailed)) return "internal";
  const { kind, type } = error.failure;
  return type === "circuit_open" ? type : kind;
}

/** The last answer was told as one when it was handed over: what became of it then is told in its place. */
export function reportBroken(attempts: AttemptReport[], error: unknown): void {
  const last = attempts.pop();
  if (last !== undefined) attempts.push({ ...last, failure: failureName(error) });
}
