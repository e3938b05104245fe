import { useQuery } from "@tanstack/react-query";

/** A refusal of the identity service, in words for the person at the form. */
export class IdentityError extends Error {}

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
  if (!response.ok) throw new IdentityError(await refusalOf(response));
}

async function refusalOf(response: Response): Promise<string> {
  if (response.status === 429) return "Too many tries. Wait a minute, then try again.";
  const body: unknown = await response.json().catch(() => null);
  const message =
    (body as { message?: unknown } | null)?.message ??
    (body as { error?: { message?: unknown } } | null)?.error?.message;
  return typeof message === "string" && message !== "" ? message : "That did not work. Try again.";
}
