import type { Issue } from "./issue.ts";

export type ErrorCode =
  | "INPUT_INVALID"
  | "CONFIGURATION_INVALID"
  | "CONFIGURATION_STALE"
  | "CONFIGURATION_EXISTS"
  | "CONFIGURATION_LIMIT"
  | "POLICY_INVALID"
  | "POLICY_CONFLICT"
  | "NOT_FOUND"
  | "FORBIDDEN"
  | "UNAUTHENTICATED"
  | "SIGN_UP_CLOSED"
  | "INVITATION_INVALID"
  | "ACCOUNT_EXISTS"
  | "ACCOUNT_NOT_FOUND"
  | "ISSUER_UNAVAILABLE"
  | "TOKEN_EXISTS"
  | "TOKEN_LIMIT"
  | "MODEL_RETIRED"
  | "KEY_REFUSED"
  | "KEY_UNREADABLE"
  | "KEY_MISSING"
  | "LIMIT_REACHED"
  | "PRICE_UNKNOWN"
  | "CALL_TIMEOUT"
  | "PROVIDER_KEY_REFUSED"
  | "PROVIDER_SPEND_LIMIT"
  | "PROVIDER_REQUEST_REFUSED"
  | "PROVIDER_RATE_LIMITED"
  | "PROVIDER_UNAVAILABLE"
  | "RATE_LIMITED"
  | "METHOD_NOT_ALLOWED"
  | "REQUEST_TIMEOUT"
  | "REQUEST_TOO_LARGE"
  | "UNSUPPORTED_MEDIA_TYPE"
  | "CROSS_SITE_REQUEST"
  | "DATABASE_UNAVAILABLE"
  | "SHUTTING_DOWN"
  | "LAST_OWNER"
  | "INTERNAL";

/** Each code's sentence, which tells the reader what to do, and its HTTP status. Codes are public API. */
export const ERROR_CATALOGUE: Readonly<
  Record<ErrorCode, { readonly message: string; readonly httpStatus: number }>
> = {
  INPUT_INVALID: {
    message: "The request is not valid. Correct the listed problems and send it again.",
    httpStatus: 400,
  },
  CONFIGURATION_INVALID: {
    message: "The configuration was not changed. Correct the listed problems and save again.",
    httpStatus: 400,
  },
  CONFIGURATION_STALE: {
    message: "Somebody changed this configuration in the meantime. Load it again, then repeat your change.",
    httpStatus: 409,
  },
  CONFIGURATION_EXISTS: { message: "This name is taken. Choose another name.", httpStatus: 409 },
  CONFIGURATION_LIMIT: {
    message: "There are 100 configurations already. Delete one first.",
    httpStatus: 409,
  },
  POLICY_INVALID: {
    message: "The policy was not changed. Correct the listed problems and save again.",
    httpStatus: 400,
  },
  POLICY_CONFLICT: {
    message: "The model cannot do what the organization imposes. Choose another model.",
    httpStatus: 409,
  },
  NOT_FOUND: { message: "There is no such thing here. Check the name or the id.", httpStatus: 404 },
  FORBIDDEN: {
    message: "Your role does not allow this. Ask an owner or admin of the organization.",
    httpStatus: 403,
  },
  UNAUTHENTICATED: { message: "Sign in first.", httpStatus: 401 },
  SIGN_UP_CLOSED: {
    message: "Accounts are made by invitation. Ask for an invitation link.",
    httpStatus: 403,
  },
  INVITATION_INVALID: {
    message: "This invitation is used, expired or meant for somebody else. Ask for a new one.",
    httpStatus: 400,
  },
  ACCOUNT_EXISTS: {
    message: "There is an account with this address that signs in another way. Sign in that way.",
    httpStatus: 409,
  },
  ACCOUNT_NOT_FOUND: {
    message:
      "There is no account with this id. Check the id, and make no calls for an account that was deleted.",
    httpStatus: 404,
  },
  ISSUER_UNAVAILABLE: {
    message: "The service that vouches for people cannot be reached. Try again in a moment.",
    httpStatus: 503,
  },
  TOKEN_EXISTS: { message: "A token has this name already. Choose another name.", httpStatus: 409 },
  TOKEN_LIMIT: { message: "There are 50 tokens already. Revoke one first.", httpStatus: 409 },
  MODEL_RETIRED: {
    message: "Anthropic no longer serves this model. Choose another model in the configuration.",
    httpStatus: 409,
  },
  KEY_REFUSED: {
    message: "Anthropic does not accept this key. Check it, or make a new one in the Console.",
    httpStatus: 400,
  },
  KEY_UNREADABLE: {
    message:
      "The stored key cannot be opened. Restore the encryption key it was sealed with, or store the key again.",
    httpStatus: 503,
  },
  KEY_MISSING: {
    message: "There is no API key for this call. Store one, or set ANTHROPIC_API_KEY.",
    httpStatus: 409,
  },
  LIMIT_REACHED: {
    message: "A limit of the configuration is reached. Wait, or have the limit raised.",
    httpStatus: 429,
  },
  PRICE_UNKNOWN: {
    message:
      "No price of this call is known, so it cannot run under a budget. Choose another model, or add its price to the catalogue.",
    httpStatus: 409,
  },
  CALL_TIMEOUT: {
    message: "The call took longer than it may. Try again, or have the timeout raised.",
    httpStatus: 504,
  },
  PROVIDER_KEY_REFUSED: {
    message: "Anthropic does not accept the key of this call. Rotate the key.",
    httpStatus: 502,
  },
  PROVIDER_SPEND_LIMIT: {
    message: "A spend limit at Anthropic is reached. Raise it in the Console, or wait until it resets.",
    httpStatus: 402,
  },
  PROVIDER_REQUEST_REFUSED: {
    message: "Anthropic refused the request. Correct it, then try again.",
    httpStatus: 400,
  },
  PROVIDER_RATE_LIMITED: {
    message: "Anthropic limits the rate of calls of this key. Wait a moment, then try again.",
    httpStatus: 429,
  },
  PROVIDER_UNAVAILABLE: {
    message: "Anthropic cannot answer at the moment. Try again later.",
    httpStatus: 503,
  },
  RATE_LIMITED: { message: "Too many requests. Wait a moment, then try again.", httpStatus: 429 },
  METHOD_NOT_ALLOWED: {
    message: "This address takes other methods. Use one of those in the header allow.",
    httpStatus: 405,
  },
  REQUEST_TIMEOUT: { message: "The request did not arrive whole in time. Send it again.", httpStatus: 408 },
  REQUEST_TOO_LARGE: { message: "The request is too large. Send less.", httpStatus: 413 },
  UNSUPPORTED_MEDIA_TYPE: {
    message: "Send JSON with the header content-type: application/json.",
    httpStatus: 415,
  },
  CROSS_SITE_REQUEST: {
    message: "The request came from another site. Send it from the product itself.",
    httpStatus: 403,
  },
  DATABASE_UNAVAILABLE: {
    message: "The database cannot be reached. Try again in a moment.",
    httpStatus: 503,
  },
  SHUTTING_DOWN: {
    message: "This process is about to end, and its calls with it. Try again in a moment.",
    httpStatus: 503,
  },
  LAST_OWNER: { message: "An organization needs an owner. Make somebody else owner first.", httpStatus: 409 },
  INTERNAL: {
    message: "Something went wrong on our side. Try again; if it stays, report the request id.",
    httpStatus: 500,
  },
};

export interface AIConfigErrorOptions {
  /** Replaces the catalogue's sentence where a more exact one is known. Never holds a secret. */
  message?: string;
  issues?: readonly Issue[];
  retryAfterMs?: number;
  /** Facts for programs, such as the limit that was reached. Never holds a secret. */
  details?: Readonly<Record<string, unknown>>;
  cause?: unknown;
}

/** The one error that domain code throws. Transport maps its code; readers switch on `code`, not on the text. */
export class AIConfigError extends Error {
  override readonly name = "AIConfigError";
  readonly code: ErrorCode;
  readonly issues: readonly Issue[];
  readonly retryAfterMs?: number;
  readonly details?: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, options: AIConfigErrorOptions = {}) {
    const { issues = [], retryAfterMs, details } = options;
    const { message = withFirst(ERROR_CATALOGUE[code].message, issues) } = options;
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.issues = issues;
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
    if (details !== undefined) this.details = details;
  }
}

/** For a log that keeps the message alone. */
function withFirst(sentence: string, [first, ...others]: readonly Issue[]): string {
  if (first === undefined) return sentence;
  const more = others.length > 0 ? ` (And ${others.length} more.)` : "";
  return `${sentence} ${first.path === "" ? "" : `${first.path}: `}${first.message}${more}`;
}
