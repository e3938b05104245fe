import type { FakeAnthropic } from "./fake-anthropic.ts";

export const version = { old: "2023-06-01", new: "2026-10-21" };

/** The smallest request that every current model accepts. */
export const hello = {
  model: "claude-sonnet-5-5",
  max_tokens: 1024,
  messages: [{ role: "user", content: "Hello" }],
};

/** For the tests of the fake itself: plain HTTP, no client between. */
export async function postMessage(
  server: FakeAnthropic,
  body: object = hello,
  {
    headers = {},
    path = "/v1/messages",
    signal,
  }: {
    headers?: Record<string, string>;
    path?: string;
    signal?: AbortSignal;
  } = {},
) {
  const response = await fetch(server.url + path, {
    method: "POST",
    headers: {
      "x-api-key": "sk-ant-api03-test",
      "anthropic-version": version.new,
      "content-type": "application/json",
      ...headers,
    },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
  return response;
}

/** Status and message of a refusal, or the status alone. */
export async function verdict(
  server: FakeAnthropic,
  body: object,
  options: { version?: string; betas?: string; path?: string } = {},
): Promise<{ status: number; message: string | undefined }> {
  const response = await postMessage(server, body, {
    ...(options.path && { path: options.path }),
    headers: {
      "anthropic-version": options.version ?? version.new,
      ...(options.betas && { "anthropic-beta": options.betas }),
    },
  });
  return { status: response.status, message: (await bodyOf(response)).error?.message };
}

/** The parts of an answer that tests look into. */
interface WireBody {
  [key: string]: unknown;
  error: { type: string; message: string };
  usage: { input_tokens: number };
  data: { id: string; lifecycle: string }[];
}

export async function bodyOf(response: Response): Promise<WireBody> {
  return (await response.json()) as WireBody;
}
