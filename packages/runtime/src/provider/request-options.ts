import { AIConfigError, type ApiVersion, containsSecret } from "@ai-config/config-core";

import { isStorable, LABEL_MAX } from "../ledger/storable-text.ts";

/** What a caller may say about one call beside its body. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Further headers, such as `anthropic-beta`; not those that frame a request or say on whose key it runs. */
  readonly headers?: Readonly<Record<string, string>> | Headers | undefined;
  /** The caller's own word for what the call is for, of at most 200 characters; it goes to the ledger. */
  readonly label?: string | undefined;
  /**
   * The caller's own names and values, such as `{ feature: "summaries" }`: up to ten, each name a word of at most 40
   * characters, each value of at most 100. They go to the ledger.
   */
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** What a call was asked with, as it was then. */
export interface TakenOptions extends CallOptions {
  /** By their names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

const NAMES: ReadonlySet<string> = new Set([
  "signal",
  "headers",
  "label",
  "tags",
] satisfies (keyof CallOptions)[]);
/** On whose key a call runs and under which version is not the caller's to say. */
const OURS: ReadonlySet<string> = new Set(["x-api-key", "authorization", "anthropic-version"]);
/** They frame the request and its answer on the connection: a wrong one breaks both, and looks like an outage. */
const FRAMING =
  /^(accept|accept-encoding|connection|content-.+|cookie2?|expect|host|http2-settings|keep-alive|proxy-.+|sec-.+|te|trailer|transfer-encoding|upgrade)$/;
const BETA = "anthropic-beta";

const TAGS_MAX = 10;
const TAG_NAME = /^[A-Za-z][\w.-]{0,39}$/;
const TAG_MAX = 100;
/** In JSON, as which tags are kept, each of them is six characters, which can even make a key of those behind them. */
const CONTROL = /\p{Cc}/u;

/**
 * What counts of a call's options, whatever their owner does to them meanwhile. Throws INPUT_INVALID before anything
 * is held where they could not be sent or written down.
 */
export function takeCallOptions(options: unknown = {}): TakenOptions {
  if (typeof options !== "object" || options === null) throw invalid("options", "Must be an object.");
  for (const name of Object.keys(options)) {
    if (NAMES.has(name)) continue;
    throw invalid(name, "Is no option of a call. Timeouts and retries are configured.");
  }
  const { signal, headers, label, tags } = options as Readonly<Record<string, unknown>>;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw invalid("signal", "Must be an AbortSignal.");
  }
  if (label !== undefined && !isStorable(label, LABEL_MAX)) {
    throw invalid("label", `Must be text of at most ${LABEL_MAX} characters, and no key among them.`);
  }
  return {
    ...(signal && { signal }),
    ...(headers !== undefined && { headers: takeHeaders(headers) }),
    ...(label !== undefined && { label: label as string }),
    ...(tags !== undefined && { tags: takeTags(tags) }),
  };
}

function takeHeaders(headers: unknown): Readonly<Record<string, string>> {
  if (!(headers instanceof Headers) && !isRecord(headers)) {
    throw invalid("headers", "Must be an object of names and values, or Headers.");
  }
  const pairs = headers instanceof Headers ? [...headers] : Object.entries(headers);
  return Object.fromEntries(pairs.map(([name, value]) => takeHeader(name, value)));
}

function takeHeader(given: string, value: unknown): readonly [string, string] {
  if (!isHeader(given, value)) throw invalid("headers", "Must be names and values that HTTP can carry.");
  const name = given.toLowerCase();
  if (OURS.has(name)) throw invalid(`headers.${name}`, "Must be left out: the configuration decides it.");
  if (FRAMING.test(name)) throw invalid(`headers.${name}`, "Must be left out: the connection decides it.");
  return [name, value];
}

function takeTags(given: unknown): Readonly<Record<string, string>> {
  if (!isRecord(given)) throw invalid("tags", "Must be an object of names and values.");
  const tags = { ...given } as Readonly<Record<string, string>>;
  checkTags(tags);
  return tags;
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
    if (!isStorable(value, TAG_MAX) || CONTROL.test(value)) {
      throw invalid(
        `tags.${name}`,
        `Must be text of at most ${TAG_MAX} characters, without control characters, and no key.`,
      );
    }
  }
}

/** Not what Object.entries would find nothing in. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !(Symbol.iterator in value);
}

export function isHeader(name: string, value: unknown): value is string {
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
  given: TakenOptions["headers"],
): Readonly<Record<string, string>> | undefined {
  if (given === undefined) {
    return ours["anthropic-version"] === CLIENT_VERSION && ours[BETA] === undefined ? undefined : ours;
  }
  const betas = [ours[BETA], given[BETA]].filter((beta) => beta !== undefined).join(",");
  return { ...given, ...ours, ...(betas && { [BETA]: betas }) };
}
