import { containsSecret } from "@ai-config/config-core";

/** Whether a database takes a text at all: it takes no zero bytes and no halves of characters. */
export function isText(text: unknown): text is string {
  return typeof text === "string" && !text.includes("\0") && text.isWellFormed();
}

/** Characters of a call's label. */
export const LABEL_MAX = 200;

/**
 * Request ids of a record: more than a leg can have, which is one of each attempt: the first, ten retries, and one with the
 * other key. The database holds the same.
 */
export const REQUEST_IDS_MAX = 16;

/** Characters that are kept of a text from outside, such as a request id. The database holds the same. */
export const FOREIGN_TEXT_MAX = 200;

/** Whether the ledger takes a text of the caller's: what it refused would keep a cost from being written down. */
export function isStorable(text: unknown, max: number): boolean {
  return isText(text) && text.length <= max && !containsSecret(text);
}
