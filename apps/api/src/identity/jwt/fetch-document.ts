/** Far more than any issuer has keys. */
const BYTES_MAX = 512 * 1024;

/** Why an issuer's document could not be read, in words for a log. */
export class DocumentError extends Error {
  override readonly name = "DocumentError";
  /** The issuer answered, and has no such document. */
  readonly isMissing: boolean;

  constructor(message: string, { isMissing = false, cause }: { isMissing?: boolean; cause?: unknown } = {}) {
    super(message, { cause });
    this.isMissing = isMissing;
  }
}

/** A JSON document of the issuer's, from that address and nowhere else. */
export async function fetchDocument(url: string, signal: AbortSignal): Promise<unknown> {
  try {
    const response = await fetch(url, {
      headers: { accept: "application/json, application/jwk-set+json" },
      redirect: "error",
      signal,
    });
    if (!response.ok) {
      await response.body?.cancel();
      const isMissing = response.status >= 400 && response.status < 500 && response.status !== 429;
      throw new DocumentError(`status ${response.status}`, { isMissing });
    }
    return JSON.parse(await readText(response)) as unknown;
  } catch (cause) {
    if (cause instanceof DocumentError) throw cause;
    if (cause instanceof SyntaxError) throw new DocumentError("no JSON", { cause });
    const isTimeout = cause instanceof Error && cause.name === "TimeoutError";
    throw new DocumentError(isTimeout ? "no answer in time" : "no connection", { cause });
  }
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder("utf-8");
  let text = "";
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    // Leaving the loop ends the connection.
    if (bytes > BYTES_MAX) throw new DocumentError("too large");
    text += decoder.decode(part, { stream: true });
  }
  return text + decoder.decode();
}
