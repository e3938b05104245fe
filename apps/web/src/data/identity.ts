import { useQuery } from "@tanstack/react-query";

/** A refusal of the identity service, in words for the person at the form. */
export class IdentityError extends Error {
  /** What it is about, for the form to say it in the right place. */
  readonly code: string | undefined;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

export interface SessionOptions {
  signUp: "open" | "invitation";
  hasAccounts: boolean;
}

/** Who may sign up here, asked before anybody is signed in. */
export function useSessionOptions() {
  return useQuery({
    queryKey: ["session-options"],
    queryFn: async ({ signal }): Promise<SessionOptions> => {
      const response = await fetch("/api/session-options", { signal });
      if (!response.ok) throw new IdentityError("The server did not say who may sign up.");
      return (await response.json()) as SessionOptions;
    },
    staleTime: 60_000,
  });
}

/** Opens a session; the cookie is HttpOnly, so nothing of it is seen here. */
export function signIn(input: { email: string; password: string }): Promise<void> {
  return post("sign-in/email", input);
}

/** Makes an account and opens its session. */
export function signUp(input: {
  name: string;
  email: string;
  password: string;
  invitation?: string;
}): Promise<void> {
  return post("sign-up/email", input);
}

/** Ends the session. */
export function signOut(): Promise<void> {
  return post("sign-out", {});
}

/** Gives the account another password and ends its other sessions. */
export function changePassword(input: { currentPassword: string; newPassword: string }): Promise<void> {
  return post("change-password", input);
}

async function post(path: string, body: object): Promise<void> {
  let response: Response;
  try {
    response = await fetch(`/api/auth/${path}`, {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  } catch {
    throw new IdentityError("The server could not be reached. Check your connection, then try again.");
  }
  if (!response.ok) throw await refusalOf(response);
}

async function refusalOf(response: Response): Promise<IdentityError> {
  if (response.status === 429) return new IdentityError("Too many tries. Wait a minute, then try again.");
  const body = (await response.json().catch(() => null)) as
    | (Refusal & { error?: Refusal; errors?: readonly Refusal[] })
    | null;
  // What is wrong with one field is said of that field.
  const { message, code } = body?.errors?.[0] ?? body?.error ?? body ?? {};
  return typeof message === "string" && message !== ""
    ? new IdentityError(message, typeof code === "string" ? code : undefined)
    : new IdentityError("That did not work. Try again.");
}

interface Refusal {
  message?: unknown;
  code?: unknown;
}
