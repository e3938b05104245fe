import type { Secret } from "@ai-config/config-core";

/** Long enough for a slow day, short enough for somebody who waits at a form. */
const TRY_KEY_TIMEOUT_MS = 10_000;

/** What Anthropic says about a key, as far as it could be asked. */
export type KeyVerdict = "accepted" | "refused" | "unknown";

/**
 * Tries a key on the list of models, which costs no tokens. Only a clear no counts as one: an outage must not
 * keep anybody from storing a good key. A redirect is not followed, because it would carry the key along.
 */
export async function tryKey(
  send: typeof fetch,
  baseUrl: string,
  key: Secret,
  timeoutMs = TRY_KEY_TIMEOUT_MS,
): Promise<KeyVerdict> {
  try {
    const response = await send(`${baseUrl}/models?limit=1`, {
      method: "GET",
      headers: { "x-api-key": key.reveal(), "anthropic-version": "2023-06-01" },
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    if (response.status === 401 || response.status === 403) return "refused";
    return response.ok ? "accepted" : "unknown";
  } catch {
    // Without a look at the error: it may hold the request.
    return "unknown";
  }
}
