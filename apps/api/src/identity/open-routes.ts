import * as z from "zod";

import { emailInput } from "./email-input.ts";
import { knownPasswordInput, newPasswordInput } from "./passwords.ts";

export const SIGN_UP = "/sign-up/email";
export const SIGN_IN = "/sign-in/email";
export const VERIFY_CODE = "/two-factor/verify-totp";
export const CHANGE_PASSWORD = "/change-password";

const TEXT = "Must be text.";
const byPassword = z.strictObject({ password: knownPasswordInput });

/**
 * What the product uses of the identity library beside signing up, by path, and what the body of each may be. All
 * are asked by POST. Everything else of the library stays closed.
 */
export const openRoutes: ReadonlyMap<string, z.ZodType<object>> = new Map<string, z.ZodType<object>>([
  [SIGN_IN, z.strictObject({ email: emailInput, password: knownPasswordInput })],
  ["/sign-out", z.strictObject({})],
  [
    CHANGE_PASSWORD,
    // Whoever changes it may do so because somebody else knows it.
    z
      .strictObject({ currentPassword: knownPasswordInput, newPassword: newPasswordInput })
      .transform((body) => ({ ...body, revokeOtherSessions: true })),
  ],
  ["/two-factor/enable", byPassword.transform((body) => ({ ...body, method: "totp" }))],
  [
    VERIFY_CODE,
    z.strictObject({ code: z.string({ error: TEXT }).regex(/^\d{6}$/, { error: "Must be six digits." }) }),
  ],
  ["/two-factor/verify-backup-code", z.strictObject({ code: z.string({ error: TEXT }).max(50) })],
  ["/two-factor/generate-backup-codes", byPassword],
  ["/two-factor/disable", byPassword],
]);

export const CONFIRM_ADDRESS = "/verify-email";
export const SEND_CONFIRMATION = "/send-verification-email";
const mailToken = z.string({ error: TEXT }).min(1).max(2_000);

/** What is open besides where mails are sent. */
export const mailRoutes: ReadonlyMap<string, z.ZodType<object>> = new Map<string, z.ZodType<object>>([
  ["/request-password-reset", z.strictObject({ email: emailInput })],
  ["/reset-password", z.strictObject({ token: mailToken, newPassword: newPasswordInput })],
  [CONFIRM_ADDRESS, z.strictObject({ token: mailToken })],
  [SEND_CONFIRMATION, z.strictObject({})],
]);

/** How often one address may try each of these in a minute: each can be used to guess. */
export const guessLimits = Object.fromEntries(
  [SIGN_UP, ...openRoutes.keys(), ...mailRoutes.keys()]
    .filter((path) => path !== "/sign-out")
    .map((path) => [path, { window: 60, max: 20 }]),
);
