import { fieldAt, formatFieldValue } from "@ai-config/config-core";
import type { TestAnswer } from "../../data/use-test-call.ts";
import type { ApiProblem, ReachedLimit } from "../../lib/api-problem.ts";
import { describeRefusal } from "../../lib/describe-refusal.ts";
import { pageLocale } from "../../lib/page-locale.ts";

type Governed = TestAnswer["governed"];

/** The id of the card, which links lead to, and what it is called. */
export const TEST_CALL = { name: "test-call", title: "Test call" } as const;

const keyWords: Record<string, string> = {
  primary: "Primary key",
  secondary: "Secondary key",
  environment: "Key of this deployment",
};

/** On which key a call ran and whose that is, never the key. */
export function keyWord(slot: string | null, owner: "user" | "organization" | undefined): string {
  if (slot === null) return "None";
  const word = keyWords[slot] ?? slot;
  if (owner === undefined || slot === "environment") return word;
  return owner === "user" ? `Your ${word.toLowerCase()}` : `${word} of the organization`;
}

const basisWords: Record<Governed["cost"]["basis"], string> = {
  exact: "",
  estimated: " (estimated)",
  unknown: " (unknown price)",
};

export function costBasisWord(basis: Governed["cost"]["basis"]): string {
  return basisWords[basis];
}

const seconds = new Intl.NumberFormat(pageLocale, { maximumFractionDigits: 1, minimumFractionDigits: 1 });

/** How long a call took: "840 ms", "12.3 s". */
export function durationWords(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${seconds.format(ms / 1_000)} s`;
}

const failureWords: Record<string, string> = { connection: "no connection", circuit_open: "not sent" };

/** "1", or "3: overloaded (529), no connection, then answered" where it was not the first that answered. */
export function attemptWords(attempts: Governed["attempts"]): string {
  if (attempts.length <= 1) return String(attempts.length);
  const ends = attempts.map(({ status, failure }) => {
    if (failure === null) return "then answered";
    const word = failureWords[failure] ?? failure.replaceAll("_", " ");
    return status === null ? word : `${word} (${status})`;
  });
  return `${attempts.length}: ${ends.join(", ")}`;
}

/** Why a call was refused, in the words of these pages: limits of who reads it are theirs, settings have labels. */
export function refusalWords(problem: ApiProblem): string {
  const words = describeRefusal(problem).replace(TIMEOUT, withLabel);
  return problem.limit?.scope.kind === "user" ? words.replace(/^The account's /, "Your ") : words;
}

/** A timeout by its name in the configuration, as programs want it: "totalRequestTimeout of 2000 ms". */
const TIMEOUT = /\b(\w+Timeout) of (\d+) ms\b/;

function withLabel(words: string, name: string, ms: string): string {
  const field = fieldAt(`timeouts.${name}`);
  return field ? `“${field.label}” of ${formatFieldValue(field, Number(ms))}` : words;
}

export interface Way {
  to: "/keys" | "/budgets" | "/configuration" | "/policy";
  level?: "organization";
  /** The place on the page. */
  hash?: string;
  word: string;
}

/** Where the way to a successful call leads after this refusal, if a page of ours is on it. */
export function wayOut({ code, limit }: Pick<ApiProblem, "code" | "limit">): Way | undefined {
  switch (code) {
    case "KEY_MISSING":
    case "KEY_UNREADABLE":
    case "PROVIDER_KEY_REFUSED":
      return { to: "/keys", word: "API keys" };
    case "LIMIT_REACHED":
      return limit ? wayPast(limit) : { to: "/budgets", word: "Budgets" };
    case "MODEL_RETIRED":
    case "PRICE_UNKNOWN":
    case "POLICY_CONFLICT":
      return { to: "/configuration", word: "Configuration" };
    case "CALL_TIMEOUT":
      return { to: "/configuration", hash: "timeouts", word: "Timeouts" };
    default:
      return undefined;
  }
}

/** To where a limit stands: budgets have a page, rates are set where they are seen. */
function wayPast({ limit, scope }: ReachedLimit): Way {
  const isShared = scope.kind === "organization";
  if (limit === "requestsPerMinute" || limit === "concurrentRequests") {
    return isShared
      ? { to: "/policy", word: "Policy" }
      : { to: "/configuration", hash: "rateLimiting", word: "Rate limits" };
  }
  return isShared
    ? { to: "/budgets", level: "organization", word: "Shared budgets" }
    : { to: "/budgets", word: "Budgets" };
}
