import { AIConfigError, type ApiVersion } from "@ai-config/config-core";

/** What a caller may say about one call beside its body. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Further headers, such as `anthropic-beta`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The caller's own word for what the call is for; it goes to the ledger. */
  readonly label?: string | undefined;
}

/** On whose key a call runs and under which version is not the caller's to say. */
const OURS = ["x-api-key", "authorization", "anthropic-version"];
const BETA = "anthropic-beta";

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
    const lower = name.toLowerCase();
    if (OURS.includes(lower)) {
      const message = "Must be left out: the configuration decides it.";
      throw new AIConfigError("INPUT_INVALID", {
        issues: [{ path: `headers.${lower}`, code: "invalid_value", message }],
      });
    }
    headers[lower] = value;
  }
  const betas = [ours[BETA], headers[BETA]].filter((beta) => beta !== undefined).join(",");
  return { ...headers, ...ours, ...(betas && { [BETA]: betas }) };
}
