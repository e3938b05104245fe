/** What is known of a request that did not end well. */
export interface FailedRequest {
  /** Of the HTTP answer; undefined where there was none, or where a stream broke after its headers. */
  readonly status?: number | undefined;
  /** `error.type` */
  readonly type?: string | null | undefined;
  /** `error.details.error_code` */
  readonly errorCode?: string | null | undefined;
  readonly message?: string | null | undefined;
  /** What became of the connection, where it is not the API that said no. */
  readonly connection?: "failed" | "timed_out" | "malformed" | "unsent" | undefined;
  /** How long nothing was heard of it before it was given up. */
  readonly silentMs?: number | undefined;
}

export type FailureKind =
  | "spend_limit"
  | "rate_limit"
  | "ramp_limit"
  | "key_refused"
  | "billing"
  | "permission"
  | "not_found"
  | "invalid_request"
  | "too_large"
  | "request_timeout"
  | "conflict"
  | "overloaded"
  | "unavailable"
  | "connection"
  | "connection_timeout"
  | "malformed_answer"
  | "unsendable";

export interface ErrorClass {
  readonly kind: FailureKind;
  /** Again after a wait, at once with the other key and only once, or not at all. */
  readonly retry: "strategy" | "other_key" | "never";
  /** Whether another model may answer. */
  readonly mayFallBack: boolean;
  /** Whether it tells of an outage, rather than of this request or this account. */
  readonly isOutage: boolean;
}

const again = { retry: "strategy", mayFallBack: true } as const;
const outage = { ...again, isOutage: true } as const;
const limited = { ...again, isOutage: false } as const;
const final = { retry: "never", mayFallBack: false, isOutage: false } as const;

/** What may be done about each kind of failure. */
const CLASSES: { readonly [Kind in FailureKind]: ErrorClass & { readonly kind: Kind } } = {
  // No key and no model of the organization gets past its cap.
  spend_limit: { kind: "spend_limit", ...final },
  rate_limit: { kind: "rate_limit", ...limited },
  ramp_limit: { kind: "ramp_limit", ...limited },
  key_refused: { kind: "key_refused", retry: "other_key", mayFallBack: false, isOutage: false },
  billing: { kind: "billing", ...final },
  permission: { kind: "permission", ...final },
  // Retired models answer 404, and another model is there.
  not_found: { kind: "not_found", retry: "never", mayFallBack: true, isOutage: false },
  invalid_request: { kind: "invalid_request", ...final },
  too_large: { kind: "too_large", ...final },
  request_timeout: { kind: "request_timeout", ...limited },
  conflict: { kind: "conflict", ...limited },
  overloaded: { kind: "overloaded", ...outage },
  unavailable: { kind: "unavailable", ...outage },
  connection: { kind: "connection", ...outage },
  connection_timeout: { kind: "connection_timeout", ...limited },
  malformed_answer: { kind: "malformed_answer", ...outage },
  unsendable: { kind: "unsendable", ...final },
};

/**
 * How long a service must have been silent for that to tell of an outage. Timeouts are each account's own: giving up
 * before tells of its impatience, and must not keep others out who share its key.
 */
const SILENCE_MIN_MS = 5_000;
/** A timer may go off a little before its time. */
const EARLY_MAX_MS = 10;

/** Limits of money and orders of Anthropic that look like passing errors and do not pass. */
const SPEND_CODES: ReadonlySet<string> = new Set([
  "enforced_spend_limit_reached",
  "contract_spend_limit_reached",
  "linked_organization_spend_limit_reached",
  "linked_organization_billing_unavailable",
]);

/** The customer's own cap answers 400 and has no code: its first words are all there is. */
const SPEND_MESSAGE = /^You have reached your specified (workspace )?API usage limits/;

const KIND_OF_STATUS: Readonly<Record<number, FailureKind>> = {
  400: "invalid_request",
  401: "key_refused",
  402: "billing",
  403: "permission",
  404: "not_found",
  408: "request_timeout",
  409: "conflict",
  413: "too_large",
  429: "rate_limit",
  529: "overloaded",
};

/** What is told inside a stream has no status. */
const KIND_OF_TYPE: ReadonlyMap<string, FailureKind> = new Map(
  Object.entries({
    invalid_request_error: "invalid_request",
    authentication_error: "key_refused",
    billing_error: "billing",
    permission_error: "permission",
    not_found_error: "not_found",
    request_too_large: "too_large",
    rate_limit_error: "rate_limit",
    conflict_error: "conflict",
    overloaded_error: "overloaded",
  } satisfies Record<string, FailureKind>),
);

const KIND_OF_CONNECTION = {
  failed: "connection",
  timed_out: "connection_timeout",
  malformed: "malformed_answer",
  unsent: "unsendable",
} as const satisfies Record<NonNullable<FailedRequest["connection"]>, FailureKind>;

/** What a failure is, and what may be done about it. */
export function classifyError(failed: FailedRequest): ErrorClass {
  const known = CLASSES[kindOf(failed)];
  return isSilence(failed) ? { ...known, isOutage: true } : known;
}

function isSilence({ connection, silentMs = 0 }: FailedRequest): boolean {
  return connection === "timed_out" && silentMs + EARLY_MAX_MS >= SILENCE_MIN_MS;
}

function kindOf({ status, type, errorCode, message, connection }: FailedRequest): FailureKind {
  if (connection !== undefined) return KIND_OF_CONNECTION[connection];
  if (SPEND_CODES.has(errorCode ?? "") || SPEND_MESSAGE.test(message ?? "")) return "spend_limit";
  if (errorCode === "ramp_limit_exceeded") return "ramp_limit";
  if (errorCode === "organization_on_hold") return "permission";
  if (status === undefined) return KIND_OF_TYPE.get(type ?? "") ?? "unavailable";
  const known = KIND_OF_STATUS[status];
  if (known !== undefined) return known;
  return status >= 400 && status < 500 ? "invalid_request" : "unavailable";
}
