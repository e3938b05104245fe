interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

/** Somebody with a cookie jar. Sends exactly what a test says, so that it can also misbehave. */
export class Person {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  cookie = "";

  /** `headers` go with every request. */
  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.#url = url;
    this.#headers = headers;
  }

  async send(
    method: string,
    path: string,
    init: { body?: string | Uint8Array<ArrayBuffer> | ReadableStream; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: { ...this.#headers, ...(this.cookie && { cookie: this.cookie }), ...init.headers },
      ...(init.body !== undefined && { body: init.body, duplex: "half" }),
    });
    const set = response.headers.getSetCookie().map((cookie) => cookie.split(";")[0] ?? "");
    if (set.length > 0) this.cookie = set.join("; ");
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: readJson(text) };
  }

  json(method: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send(method, path, {
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers },
    });
  }

  signUp(email: string, more: Record<string, unknown> = {}): Promise<Answer> {
    const body = { name: "Dana Reyes", email, password: "correct horse battery", ...more };
    return this.json("POST", "/api/auth/sign-up/email", body, { origin: this.#url });
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
