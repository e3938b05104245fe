/** A person who is signed in. */
export interface Person {
  readonly userId: string;
  readonly sessionId: string;
  readonly name: string;
  readonly email: string;
}

/** Who is calling. One implementation is built in; others can take its place. */
export interface Identity {
  /** The person behind a request, or null. Throws only when that cannot be found out. */
  authenticate(headers: Headers): Promise<Person | null>;
  /** Serves /api/auth. `address` is the caller's, as the connection shows it. */
  handle(request: Request, address: string | undefined): Promise<Response>;
  /** Whether anybody has an account yet. */
  hasAccounts(): Promise<boolean>;
}
