import { AIConfigError, type ApiVersion, containsSecret } from "@ai-config/config-core";

import { isStorable } from "../ledger/storable-text.ts";

/** What a caller may say about one call beside its body. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Further headers, such as `anthropic-beta`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The caller's own word for what the call is for, of at most 200 characters; it goes to the ledger. */
  readonly label?: string | undefined;
  /**
   * The caller's own names and values, such as `{ feature: "summaries" }`: up to ten, each name a word of at most 40
   * characters, each value of at most 100. They go to the ledger.
   */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** On whose key a call runs and under which version is not the caller's to say. */
const OURS = ["x-api-key", "authorization", "anthropic-version"];
const BETA = "anthropic-beta";

const LABEL_MAX = 200;
const TAGS_MAX = 10;
const TAG_NAME = /^[A-Za-z][\w.-]{0,39}$/;
const TAG_MAX = 100;

/** Throws INPUT_INVALID before anything is held for a call that could not be written down. */
export function checkCallOptions({ label, tags, headers }: CallOptions): void {
  if (label !== undefined && !isStorable(label, LABEL_MAX)) {
    throw invalid("label", `Must have at most ${LABEL_MAX} characters, and no key among them.`);
  }
  if (tags !== undefined) checkTags(tags);
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (!isHeader(name, value)) throw invalid("headers", "Must be names and values that HTTP can carry.");
    if (!OURS.includes(name.toLowerCase())) continue;
    throw invalid(`headers.${name.toLowerCase()}`, "Must be left out: the configuration decides it.");
  }
}

function checkTags(tags: Readonly<Record<string, string>>): void {
  const entries = Object.entries(tags);
  if (entries.length > TAGS_MAX) throw invalid("tags", `Must be at most ${TAGS_MAX}.`);
  for (const [name, value] of entries) {
    if (!TAG_NAME.test(name) || containsSecret(name)) {
      throw invalid(
        "tags",
        "Each name must be a word of at most 40 letters, digits, dots, dashes and underscores.",
      );
    }
    if (!isStorable(value, TAG_MAX)) {
      throw invalid(`tags.${name}`, `Must be text of at most ${TAG_MAX} characters, and no key.`);
    }
  }
}

function isHeader(name: string, value: unknown): boolean {
  try {
    return typeof value === "string" && new Headers([[name, value]]).has(name);
  } catch {
    return false;
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
