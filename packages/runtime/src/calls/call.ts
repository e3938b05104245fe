import type { EffectiveConfiguration } from "@ai-config/config-service";

import type { AdmissionRequest, Admitted } from "../admission/admission-store.ts";
import type { CallKeys, KeyRoute } from "../provider/call-keys.ts";
import type { TakenOptions } from "../provider/request-options.ts";
import type { Turn } from "../request/compile-turn.ts";
import type { Extras } from "../request/extras.ts";
import type { GovernedParams } from "../request/governed-params.ts";
import type { PromptSize } from "../request/prompt-size.ts";
import type { Asker, Runtime } from "../runtime.ts";
import type { AnswerMeter } from "../usage/answer-meter.ts";
import type { Leg, Wait } from "./attempt-loop.ts";
import type { AttemptReport } from "./attempt-report.ts";
import type { CallGuard } from "./call-guard.ts";

/** One call from the moment it is asked for. */
export interface Call {
  readonly runtime: Runtime;
  readonly asker: Asker;
  readonly kind: "message" | "stream" | "count";
  /** As they were when the call began. */
  readonly params: GovernedParams;
  readonly options: TakenOptions;
  /** Each of them ends it. */
  readonly signals: readonly AbortSignal[];
  readonly effective: EffectiveConfiguration;
  readonly keys: CallKeys;
  readonly size: PromptSize;
  readonly extras: Extras;
  readonly guard: CallGuard;
  readonly attempts: AttemptReport[];
  readonly waits: Wait[];
}

/** A stretch of a call on one model: one admission, one entry in the ledger. */
export interface GovernedLeg extends Leg {
  readonly turn: Turn;
  readonly request: AdmissionRequest;
  readonly admission: Admitted;
  /** The date. */
  readonly startedAt: number;
  /** The same moment by the steady clock, as all others are. */
  readonly beganAt: number;
  /** How many requests of the call were sent before it. */
  readonly attemptsBefore: number;
  readonly multiplier: number | undefined;
  /** The key of the last request, or the one that the first would have run on. */
  route: KeyRoute;
  /** Of the last request. */
  meter: AnswerMeter;
  /** When the headers of the last answer came; null while none did. */
  firstByteAt: number | null;
}
