import { useQuery } from "@tanstack/react-query";
import { identityWords, tooManyTries } from "./identity-words.ts";

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
  /** Whether a mail can help whoever forgot their password. */
  sendsMails: boolean;
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

/** Whether a session is open, or a code is still to be entered. */
export type Entrance = "open" | "needs-code";

/** Opens a session; the cookie is HttpOnly, so nothing of it is seen here. */
export async function signIn(input: { email: string; password: string }): Promise<Entrance> {
  const answer = (await post("sign-in/email", input)) as { twoFactorRedirect?: boolean } | null;
  return answer?.twoFactorRedirect ? "needs-code" : "open";
}

/** Opens the session that waits for a code of an authenticator app. */
export async function signInByCode(code: string): Promise<Entrance> {
  await post("two-factor/verify-totp", { code });
  return "open";
}

/** Opens the session that waits for a code, with one of those that were kept for this. */
export async function signInByBackupCode(code: string): Promise<Entrance> {
  await post("two-factor/verify-backup-code", { code });
  return "open";
}

/** Makes an account and opens its session. */
export async function signUp(input: {
  name: string;
  email: string;
  password: string;
  invitation?: string;
}): Promise<Entrance> {
  await post("sign-up/email", input);
  return "open";
}

/** Ends the session. */
export async function signOut(): Promise<void> {
  await post("sign-out", {});
}

/** Gives the account another password and ends its other sessions. */
export async function changePassword(input: { currentPassword: string; newPassword: string }): Promise<void> {
  await post("change-password", input);
}

/** What an authenticator app scans, and the codes to keep for when it is lost. */
export interface NewTwoFactor {
  uri: string;
  backupCodes: readonly string[];
}

/** Makes what an authenticator app needs. It counts when a code of the app was right. */
export async function enableTwoFactor(password: string): Promise<NewTwoFactor> {
  const answer = await post("two-factor/enable", { password });
  const { totpURI, backupCodes } = answer as { totpURI: string; backupCodes: string[] };
  return { uri: totpURI, backupCodes };
}

/** From now on a sign-in asks for a code. */
export async function confirmTwoFactor(code: string): Promise<void> {
  await post("two-factor/verify-totp", { code });
}

/** New backup codes in the place of those before. */
export async function renewBackupCodes(password: string): Promise<readonly string[]> {
  const answer = await post("two-factor/generate-backup-codes", { password });
  return (answer as { backupCodes: string[] }).backupCodes;
}

/** From now on a sign-in takes the password alone. */
export async function disableTwoFactor(password: string): Promise<void> {
  await post("two-factor/disable", { password });
}

/** Asks for a mail with a link to choose another password. */
export async function requestPasswordReset(email: string): Promise<void> {
  await post("request-password-reset", { email });
}

/** Chooses another password by such a link. */
export async function resetPassword(input: { token: string; newPassword: string }): Promise<void> {
  await post("reset-password", input);
}

/** Asks for another mail to confirm the own address with. */
export async function sendConfirmation(): Promise<void> {
  await post("send-verification-email", {});
}

/** Confirms an address by the link of such a mail. */
export async function confirmAddress(token: string): Promise<void> {
  await post("verify-email", { token });
}

async function post(path: string, body: object): Promise<unknown> {
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
  return response.json().catch(() => null);
}

async function refusalOf(response: Response): Promise<IdentityError> {
  const body = (await response.json().catch(() => null)) as
    | (Refusal & { error?: Refusal; errors?: readonly Refusal[] })
    | null;
  // What is wrong with one field is said of that field.
  const refusal = body?.errors?.[0] ?? body?.error ?? body ?? {};
  const code = typeof refusal.code === "string" ? refusal.code : undefined;
  const words = identityWords(code);
  if (words !== undefined) return new IdentityError(words, code);
  if (response.status === 429) {
    const { headers } = response;
    return new IdentityError(tooManyTries(headers.get("retry-after") ?? headers.get("x-retry-after")), code);
  }
  return typeof refusal.message === "string" && refusal.message !== ""
    ? new IdentityError(refusal.message, code)
    : new IdentityError("That did not work. Try again.");
}

interface Refusal {
  message?: unknown;
  code?: unknown;
}
