import { plain } from "../plain-text.ts";
import { CAUSES_MAX } from "./codes-of.ts";

/** What parsers quote of a text, which may be any part of a key. */
const QUOTED = /, (?:\.\.\.)?".*"(?:\.\.\.)? is/s;

/**
 * What an error was and what caused it, without what errors of the SDK and of a wrapped `fetch` carry along: bodies and
 * headers, in which what stands between us and Anthropic may repeat the key.
 */
export function causeToTell(error: unknown, depth = 1): Error | undefined {
  if (!(error instanceof Error)) return undefined;
  const { name, message, cause, code } = error as Error & { readonly code?: unknown };
  const deeper = depth < CAUSES_MAX ? causeToTell(cause, depth + 1) : undefined;
  const told = new Error(plain(String(message).replace(QUOTED, " is")), deeper && { cause: deeper });
  // Where it was made says nothing: the text of the original may stand in its own stack as well.
  told.stack = `${plain(String(name))}: ${told.message}`;
  Object.defineProperty(told, "name", { value: plain(String(name)), enumerable: false });
  return typeof code === "string" ? Object.assign(told, { code: plain(code) }) : told;
}
