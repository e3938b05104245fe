import { plain } from "../plain-text.ts";

/** Anthropic's id of a request. Whoever stands between us may put anything in its place, the key included. */
export function requestIdIn(headers: Headers | undefined): string | null {
  const id = headers?.get("request-id") ?? null;
  return id && plain(id);
}
