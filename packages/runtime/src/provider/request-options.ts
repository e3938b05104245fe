import { AIConfigError, type ApiVersion, containsSecret } from "@ai-config/config-core";

/** What a caller may say about one call beside its body. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Further headers, such as `anthropic-beta`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The caller's own word for what the call is for, of at most 200 characters; it goes to the ledger. */
  readonly label?: string | undefined;
}

/** On whose key a call runs and under which version is not the caller's to say. */
const OURS = ["x-api-key", "authorization", "anthropic-version"];
const BETA = "anthropic-beta";

const LABEL_MAX = 200;

/** Throws INPUT_INVALID before anything is held for a call that could not be written down. */
export function checkCallOptions({ label, headers }: CallOptions): void {
  if (label !== undefined && (label.length > LABEL_MAX || label.includes("\0") || containsSecret(label))) {
    throw invalid("label", `Must have at most ${LABEL_MAX} characters, and no key among them.`);
  }
  for (const name in headers) {
    if (!OURS.includes(name.toLowerCase())) continue;
    throw invalid(`headers.${name.toLowerCase()}`, "Must be left out: the configuration decides it.");
  }
}

function invalid(path: string, message: string): AIConfigError {
  return new AIConfigError("INPUT_INVALID", { issues: [{ path, code: "invalid_value", message }] });
}

/** What the client sends by itself. */
const CLIENT_VERSION: ApiVersion = "2026-10-21";

/** The headers of a request: the caller's, then ours; betas of both. None where the client's own will do. */
export function requestHeaders(
  ours: Readonly<Record<string, string>>,
  given: CallOptions["headers"],
): Readonly<Record<string, string>> | undefined {
  if (given === undefined) {
    return ours["anthropic-version"] === CLIENT_VERSION && ours[BETA] === undefined ? undefined : ours;
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    headers[name.toLowerCase()] = value;
  }
  const betas = [ours[BETA], headers[BETA]].filter((beta) => beta !== undefined).join(",");
  return { ...headers, ...ours, ...(betas && { [BETA]: betas }) };
}
