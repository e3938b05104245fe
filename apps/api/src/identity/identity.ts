/** A person who is signed in. */
export interface Person {
  readonly userId: string;
  /** Null for the bearer of another issuer's token, whose sessions are there. */
  readonly sessionId: string | null;
  readonly name: string;
  readonly email: string;
}

/** Who sent a request, as far as it shows. */
export interface Caller {
  readonly person: Person | null;
  /** `Set-Cookie` headers for the answer: a session that is used goes on, one that ended is taken back. */
  readonly cookies: readonly string[];
}

/** Who is calling. One implementation is built in; others can take its place. */
export interface Identity {
  /** The person behind a request. Throws only when that cannot be found out. */
  authenticate(headers: Headers): Promise<Caller>;
  /**
   * Serves /api/auth, of it only what the product uses. `address` is the caller's, under which tries are counted.
   * Throws an AIConfigError for what is refused before the identity library sees it.
   */
  handle(request: Request, address: string | undefined): Promise<Response>;
  /** Whether anybody has an account yet. */
  hasAccounts(): Promise<boolean>;
}
