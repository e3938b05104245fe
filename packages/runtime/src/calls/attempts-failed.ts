import { type Failure, readFailure } from "../failures/read-failure.ts";

/** The last thing that was tried, and what it failed of. */
export class AttemptsFailed extends Error {
  override readonly name = "AttemptsFailed";
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.kind, { cause: failure.cause });
    this.failure = failure;
  }
}

/** What came of an answer before it broke off: null where nothing did. */
export interface Begun {
  readonly status: number | null;
  readonly requestId: string | null;
}

/**
 * What a request failed of, and with what status its answer had begun. For what the request itself threw alone: a
 * store or a vault may be asked over `fetch` as well, and what fails of them looks the same.
 */
export function readAttempt(error: unknown, begun: Begun, now: number): AttemptsFailed | undefined {
  const failure = readFailure(error, now);
  if (failure === undefined) return undefined;
  const status = failure.status ?? begun.status;
  const requestId = failure.requestId ?? begun.requestId;
  return new AttemptsFailed({ ...failure, status, requestId });
}
