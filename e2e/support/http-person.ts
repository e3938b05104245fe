/** An answer, read once. */
export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever came over the wire, as curl would.
  body: any;
}

/** A person with a cookie jar, talking to the product over HTTP as curl would. */
export class HttpPerson {
  readonly #url: string;
  #cookies = new Map<string, string>();

  constructor(url: string) {
    this.#url = url;
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(this.#cookies.size > 0 ? { cookie: this.#cookieHeader() } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: "manual",
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair = ""] = cookie.split(";");
      const at = pair.indexOf("=");
      this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: parse(text) };
  }

  /** Creates an account, by an invitation's link if there is one, and keeps its session. */
  async signUp(email: string, name = "Dana Reyes", link?: URL): Promise<Answer> {
    const origin = new URL(this.#url).origin;
    const invitation = link?.searchParams.get("invitation") ?? undefined;
    return this.call(
      "POST",
      "/api/auth/sign-up/email",
      { name, email, password: "correct horse battery", invitation },
      { origin },
    );
  }

  #cookieHeader(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
