const words: Readonly<Record<string, string>> = {
  INVALID_PASSWORD: "This is not your password.",
  INVALID_EMAIL_OR_PASSWORD: "The e-mail address or the password is not right.",
  INVALID_CODE: "This is not the code of this moment. Enter the newest one.",
  INVALID_BACKUP_CODE: "This is none of your backup codes, or it was used already.",
  INVALID_TOKEN: "This link was used, is over, or is not complete. Ask for a new one.",
  TOKEN_EXPIRED: "This link is over. Ask for a new one.",
  USER_NOT_FOUND: "The account of this link is gone.",
  EMAIL_ALREADY_VERIFIED: "Your address is confirmed already.",
  INVALID_TWO_FACTOR_COOKIE: "This sign-in took too long. Start again.",
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: "Too many wrong codes. Start again.",
  ACCOUNT_TEMPORARILY_LOCKED: "Too many wrong codes. Wait a quarter of an hour, then sign in again.",
};

/** After these there is nothing to enter a code for: the sign-in starts again with the password. */
const over = new Set([
  "INVALID_TWO_FACTOR_COOKIE",
  "TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE",
  "ACCOUNT_TEMPORARILY_LOCKED",
]);

/** What a refusal of the identity service means to a person, where it has a code of its own. */
export function identityWords(code: string | undefined): string | undefined {
  return code === undefined ? undefined : words[code];
}

/** Whether a sign-in that was refused so has to start again. */
export function isSignInOver(code: string | undefined): boolean {
  return code !== undefined && over.has(code);
}

/** Too many tries, and how long to wait: what the header `retry-after` says, in seconds. */
export function tooManyTries(retryAfter: string | null): string {
  const seconds = Number(retryAfter ?? Number.NaN);
  return `Too many tries. Wait ${seconds > 0 ? waitWords(seconds) : "a minute"}, then try again.`;
}

function waitWords(seconds: number): string {
  if (seconds <= 60) return "a minute";
  if (seconds < 5_400) return `${Math.ceil(seconds / 60)} minutes`;
  return `${Math.ceil(seconds / 3_600)} hours`;
}
