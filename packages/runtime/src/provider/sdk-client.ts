import type { Secret } from "@ai-config/config-core";

import { LeanClient } from "./lean-client.ts";

export interface SdkClientOptions {
  /** With or without `/v1` at its end. */
  readonly baseUrl: string;
  readonly fetch: typeof fetch;
}

/** Longer than any deadline of a call: ours end it. */
const NEVER_MS = 2 ** 31 - 1;

/**
 * Anthropic's client with nothing left to its own judgement: it does not retry, does not log, and takes nothing from
 * the environment, neither another address nor a token or headers.
 */
export function createSdkClient(key: Secret, { baseUrl, fetch }: SdkClientOptions): LeanClient {
  return withoutCustomHeaders(
    () =>
      new LeanClient({
        apiKey: key.reveal(),
        baseURL: baseUrl.replace(/\/v1\/?$/, ""),
        webhookKey: null,
        maxRetries: 0,
        timeout: NEVER_MS,
        logLevel: "off",
        openTelemetry: false,
        // It would carry the prompt to where nobody has sent it.
        fetchOptions: { redirect: "error" },
        fetch,
      }),
  );
}

/** No option keeps the client from adding ANTHROPIC_CUSTOM_HEADERS, a key among them; it reads them when it is made. */
function withoutCustomHeaders<T>(make: () => T): T {
  const { ANTHROPIC_CUSTOM_HEADERS: headers } = process.env;
  if (headers === undefined) return make();
  delete process.env.ANTHROPIC_CUSTOM_HEADERS;
  try {
    return make();
  } finally {
    process.env.ANTHROPIC_CUSTOM_HEADERS = headers;
  }
}
