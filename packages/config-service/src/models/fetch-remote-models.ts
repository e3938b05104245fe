import type { Secret } from "@ai-config/config-core";

const TIMEOUT_MS = 10_000;
const PAGE_SIZE = 1_000;
/** More pages than there will be models; an answer that never ends must not keep a start from finishing. */
const PAGES_MAX = 10;

/**
 * Every model that `GET /v1/models` lists for a key, retired ones included. Rejects with a sentence that holds
 * neither the key nor the request.
 */
export async function fetchRemoteModels(
  send: typeof fetch,
  baseUrl: string,
  key: Secret,
): Promise<unknown[]> {
  const models: unknown[] = [];
  let after = "";
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { data, has_more: hasMore, last_id: lastId } = await fetchPage(send, baseUrl, key, after);
    if (!Array.isArray(data)) throw new Error("Anthropic's list of models could not be read.");
    models.push(...data);
    if (hasMore !== true || typeof lastId !== "string") break;
    after = `&after_id=${encodeURIComponent(lastId)}`;
  }
  return models;
}

async function fetchPage(send: typeof fetch, baseUrl: string, key: Secret, after: string) {
  const stages = ["active", "deprecated", "retired"].map((stage) => `&lifecycle=${stage}`).join("");
  let response: Response;
  try {
    response = await send(`${baseUrl}/models?limit=${PAGE_SIZE}${stages}${after}`, {
      headers: { "x-api-key": key.reveal(), "anthropic-version": "2023-06-01" },
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch {
    // Without a look at the error: it may hold the request.
    throw new Error("Anthropic could not be reached for its list of models.");
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`Anthropic answered ${response.status} instead of its list of models.`);
  }
  return (await response.json().catch(() => ({}))) as Record<string, unknown>;
}
