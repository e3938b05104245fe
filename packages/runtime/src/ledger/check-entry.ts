import { invalidArgument } from "../admission/invalid-argument.ts";
import { isUuid } from "../uuid.ts";
import type { LedgerEntry } from "./ledger-entry.ts";
import { FOREIGN_TEXT_MAX, isStorable, isText, LABEL_MAX, REQUEST_IDS_MAX } from "./storable-text.ts";

/** Of all tags, as JSON. */
const TAGS_LENGTH_MAX = 4_000;
/** Of an integer column. */
const COUNT_MAX = 2 ** 31 - 1;
const COUNTS = [
  "durationMs",
  "attempts",
  "inputTokens",
  "outputTokens",
  "cacheReadTokens",
  "cacheWrite5mTokens",
  "cacheWrite1hTokens",
  "webSearches",
] as const satisfies (keyof LedgerEntry)[];
const OPTIONAL_COUNTS = ["firstByteMs", "httpStatus"] as const satisfies (keyof LedgerEntry)[];
const TEXTS = ["modelAsked", "apiVersion"] as const satisfies (keyof LedgerEntry)[];
const OPTIONAL_TEXTS = [
  "modelServed",
  "errorType",
  "stopReason",
  "configurationVersion",
  "experimentVariant",
] as const satisfies (keyof LedgerEntry)[];
const IDS = ["id", "userId"] as const satisfies (keyof LedgerEntry)[];
const WORDS = {
  keySlot: new Set(["primary", "secondary", "environment"]),
  operation: new Set(["message", "token_count"]),
  outcome: new Set(["success", "error", "aborted", "timeout"]),
  costBasis: new Set(["exact", "estimated", "unknown"]),
} as const satisfies { [Name in keyof LedgerEntry]?: ReadonlySet<LedgerEntry[Name]> };

/**
 * Throws INPUT_INVALID for a record that the ledger would not take. Its cost is booked before the record is written, so
 * what is wrong with it has to be known before.
 */
export function checkEntry(entry: LedgerEntry): void {
  for (const name of IDS) if (!isUuid(entry[name])) fail(name, "Must be a uuid.");
  if (entry.organizationId !== null && !isUuid(entry.organizationId))
    fail("organizationId", "Must be a uuid.");
  for (const name of COUNTS) if (!isCount(entry[name])) fail(name, COUNT);
  for (const name of OPTIONAL_COUNTS) if (entry[name] !== null && !isCount(entry[name])) fail(name, COUNT);
  for (const name of TEXTS) if (!isShort(entry[name])) fail(name, TEXT);
  for (const name of OPTIONAL_TEXTS) if (entry[name] !== null && !isShort(entry[name])) fail(name, TEXT);
  for (const [name, words] of Object.entries(WORDS)) {
    const word = entry[name as keyof typeof WORDS];
    if (!(words as ReadonlySet<unknown>).has(word)) fail(name, `Must be one of ${[...words].join(", ")}.`);
  }
  if (typeof entry.isStream !== "boolean") fail("isStream", "Must be true or false.");
  if (!(entry.startedAt instanceof Date) || Number.isNaN(entry.startedAt.getTime())) {
    fail("startedAt", "Must be a date.");
  }
  const ids: unknown = entry.anthropicRequestIds;
  if (!Array.isArray(ids) || ids.length > REQUEST_IDS_MAX || !ids.every(isRequestId)) {
    fail("anthropicRequestIds", REQUEST_IDS);
  }
  if (entry.label !== null && !isStorable(entry.label, LABEL_MAX)) {
    fail("label", `Must have at most ${LABEL_MAX} characters, and no key among them.`);
  }
  checkTags(entry.tags);
}

function checkTags(tags: LedgerEntry["tags"]): void {
  const entries = Object.entries(tags);
  if (entries.length === 0) return;
  for (const [name, value] of entries) {
    if (!isStorable(name, TAGS_LENGTH_MAX) || !isStorable(value, TAGS_LENGTH_MAX)) {
      fail("tags", "Must be names and texts, and no key among them.");
    }
  }
  // A database writes a space after each colon and comma.
  if (JSON.stringify(tags).length + 2 * entries.length > TAGS_LENGTH_MAX) {
    fail("tags", `Must have at most ${TAGS_LENGTH_MAX} characters in all.`);
  }
}

const COUNT = `Must be a whole number from 0 to ${COUNT_MAX}.`;
const TEXT = `Must be text that a database takes, of at most ${FOREIGN_TEXT_MAX} characters.`;
const REQUEST_IDS = `Must be a list of at most ${REQUEST_IDS_MAX} texts of at most ${FOREIGN_TEXT_MAX} characters each, and no key among them.`;

const isShort = (text: unknown): boolean => isText(text) && text.length <= FOREIGN_TEXT_MAX;
const isRequestId = (id: unknown): boolean => isStorable(id, FOREIGN_TEXT_MAX);

function isCount(value: number | null): boolean {
  // Times are rounded when they are written.
  return typeof value === "number" && value >= 0 && value <= COUNT_MAX;
}

function fail(name: string, message: string): never {
  throw invalidArgument(`entry.${name}`, message);
}
