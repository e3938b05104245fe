import { createHash, randomBytes } from "node:crypto";

/** Scanners that look for leaked secrets know ours by it. */
const PREFIX = "aics_";
/** As many as cannot be guessed, in base64url. */
const RANDOM_BYTES = 32;

/** A new token, as it is shown once. */
export function newToken(): string {
  return `${PREFIX}${randomBytes(RANDOM_BYTES).toString("base64url")}`;
}

/** Whether a text is meant as a token of ours, be it a good one or not. */
export function isServiceToken(text: string): boolean {
  return text.startsWith(PREFIX);
}

/** What is kept of a token. */
export function hashToken(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** What people may see of a token. */
export function hintOfToken(token: string): string {
  return `${PREFIX}…${token.slice(-4)}`;
}
