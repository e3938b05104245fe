import Anthropic, { type ClientOptions } from "@anthropic-ai/sdk";

type RequestOptions = Parameters<Anthropic["buildRequest"]>[0];
type BuildOptions = Parameters<Anthropic["buildRequest"]>[1];
type BuiltRequest = Awaited<ReturnType<Anthropic["buildRequest"]>>;

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
  readonly timeout: number;
}

/**
 * Anthropic's client without what every request of it would do once more: headers that are always the same are put
 * together once for each path, and neither a timer nor a listener is set for a request that is watched over already.
 * What goes over the wire is what Anthropic's own client sends. It neither retries nor renews credentials nor knows
 * middleware.
 */
export class LeanClient extends Anthropic {
  readonly #fetch: typeof fetch;
  readonly #kept = new Map<string, Kept>();

  constructor(options: ClientOptions & { readonly fetch: typeof fetch }) {
    super(options);
    this.#fetch = options.fetch;
  }

  override async buildRequest(options: RequestOptions, building?: BuildOptions): Promise<BuiltRequest> {
    if (!isPlain(options)) return super.buildRequest(options, building);
    const { path, method } = options;
    // Of what else there is in the options only the timeout is told to the server.
    const key = `${options.timeout} ${path}`;
    const kept = this.#kept.get(key);
    if (kept === undefined) {
      const { req, url, timeout } = await super.buildRequest(options, building);
      this.#kept.set(key, { url, headers: new Headers(req.headers), timeout });
      return { req, url, timeout };
    }
    const { url, timeout } = kept;
    // A copy, since whoever wraps `fetch` may add to it.
    const headers = new Headers(kept.headers);
    return {
      req: { ...this.fetchOptions, method, headers, body: JSON.stringify(options.body) },
      url,
      timeout,
    };
  }

  override async fetchWithTimeout(
    url: string | URL | Request,
    init: RequestInit | undefined,
    _ms: number,
    controller: AbortController,
    options?: RequestOptions,
  ): Promise<Response> {
    const { [WATCH]: watch } = (options ?? {}) as Partial<WatchedOptions>;
    watch?.onSend(controller);
    const method = init?.method?.toUpperCase() ?? "GET";
    const response = await this.#fetch(url, { ...init, method, signal: controller.signal });
    if (response.ok) watch?.onHeaders(response);
    return response;
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
