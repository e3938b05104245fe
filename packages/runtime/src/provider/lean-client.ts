import Anthropic, { APIConnectionError, type APIError, type ClientOptions } from "@anthropic-ai/sdk";
import { APIPromise } from "@anthropic-ai/sdk/core/api-promise";

type RequestOptions = Parameters<Anthropic["buildRequest"]>[0];
type Answered = Awaited<ConstructorParameters<typeof APIPromise>[1]>;

/** Who looks after one request. */
export interface RequestWatch {
  /** Gets what aborts the request and the reading of its answer, before it is sent. */
  onSend(controller: AbortController): void;
  /** Gets an answer that is no error, as soon as its headers are here. */
  onHeaders(response: Response): void;
}

/** Where a request's options carry its watch. */
export const WATCH = Symbol("watch");

export interface WatchedOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly [WATCH]: RequestWatch;
}

interface Kept {
  readonly url: string;
  readonly headers: Headers;
}

/**
 * Anthropic's client without what every request of it would do once more: headers that are always the same are put
 * together once for each path, no timer or listener is set for a request that is watched over already, and nothing is
 * made ready for a log that is off. What goes over the wire, and what is made of an answer, is what Anthropic's own
 * client makes of it. It neither retries nor renews credentials nor knows middleware or tracing.
 */
export class LeanClient extends Anthropic {
  readonly #fetch: typeof fetch;
  readonly #kept = new Map<string, Kept>();

  constructor(options: ClientOptions & { readonly fetch: typeof fetch }) {
    super(options);
    this.#fetch = options.fetch;
  }

  override request<Answer>(options: RequestOptions | PromiseLike<RequestOptions>): APIPromise<Answer> {
    return new APIPromise<Answer>(this, this.#send(options));
  }

  async #send(given: RequestOptions | PromiseLike<RequestOptions>): Promise<Answered> {
    const options = await given;
    const { url, init } = await this.#requestOf(options);
    const controller = new AbortController();
    const { [WATCH]: watch } = options as Partial<WatchedOptions>;
    watch?.onSend(controller);
    let response: Response;
    try {
      const send = this.#fetch;
      response = await send(url, { ...init, signal: controller.signal });
    } catch (cause) {
      throw new APIConnectionError({ cause: cause as Error });
    }
    if (!response.ok) throw await this.#errorOf(response);
    watch?.onHeaders(response);
    // The rest is for a log.
    return { response, options, controller, requestLogID: "", retryOfRequestLogID: undefined, startTime: 0 };
  }

  async #requestOf(options: RequestOptions): Promise<{ url: string; init: RequestInit }> {
    const { path, timeout, body } = options;
    const method = options.method.toUpperCase();
    // Of what else there is in the options of a plain request only the timeout is told to the server.
    const key = isPlain(options) ? `${timeout} ${path}` : undefined;
    const kept = key === undefined ? undefined : this.#kept.get(key);
    if (kept !== undefined) {
      // A copy, since whoever wraps `fetch` may add to it.
      const headers = new Headers(kept.headers);
      return { url: kept.url, init: { ...this.fetchOptions, method, headers, body: JSON.stringify(body) } };
    }
    const { req, url } = await this.buildRequest(options);
    if (key !== undefined) this.#kept.set(key, { url, headers: new Headers(req.headers) });
    return { url, init: { ...req, method } };
  }

  async #errorOf(response: Response): Promise<APIError> {
    const { status, headers } = response;
    // The status says enough where the rest of the answer breaks off.
    const text = await response.text().catch((error: Error) => error.message);
    const body = jsonIn(text);
    return this.makeStatusError(status, body as object, body ? undefined : text, headers);
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether nothing but the body tells a request from others to the same path. */
function isPlain({ method, body, headers, query, fetchOptions, middleware }: RequestOptions): boolean {
  if (method !== "post" || query || fetchOptions || middleware || !isRecord(body)) return false;
  if (headers === undefined || headers === null) return true;
  const { values, nulls } = headers as { values?: unknown; nulls?: ReadonlySet<string> };
  // How the SDK hands on the headers that it makes of a body, none for most.
  return values instanceof Headers && nulls?.size === 0 && values.keys().next().done === true;
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
