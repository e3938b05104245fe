const KEY_PREFIX = "sk-ant-";
/** Anthropic's keys, and our own service tokens: a pattern that JavaScript and PostgreSQL read alike. */
export const SECRET_PATTERN = "(?:sk-ant-|aics_)[A-Za-z0-9_-]{6}";
const SECRET = new RegExp(SECRET_PATTERN);
export const SECRET_MESSAGE = "Must not hold an API key. Store keys with rotate-key.";

const SECRETS = new RegExp(`${SECRET_PATTERN}[A-Za-z0-9_-]*`, "g");
/** Tokens that others sign: encoded JSON, a dot, encoded JSON, a dot, a signature. Each text is looked at once. */
const SIGNED_TOKENS = /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]+\.eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g;

/** A value that nothing prints by accident: only `reveal` gives it away. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return "[secret]";
  }
}

/** Whether a text holds what may be an Anthropic key or a service token. A masked one does not count. */
export function containsSecret(text: string): boolean {
  return SECRET.test(text);
}

/** The text with every key and token in it made unreadable, those of other issuers included. */
export function withoutSecrets(text: string): string {
  return text.replace(SECRETS, "[secret]").replace(SIGNED_TOKENS, "[secret]");
}

/** A key as people may see it: "sk-ant-…x7Qp". The tail of a text too short to be a key stays hidden. */
export function maskKey(key: string): string {
  const prefix = key.startsWith(KEY_PREFIX) ? KEY_PREFIX : "";
  const tail = key.length >= 20 ? key.slice(-4) : "";
  return `${prefix}…${tail}`;
}
