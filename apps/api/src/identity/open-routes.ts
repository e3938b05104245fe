import * as z from "zod";

import { knownPasswordInput, newPasswordInput } from "./passwords.ts";

export const SIGN_UP = "/sign-up/email";

const TEXT = "Must be text.";
const byPassword = z.strictObject({ password: knownPasswordInput });

/**
 * What the product uses of the identity library beside signing up, by path, and what the body of each may be. All
 * are asked by POST. Everything else of the library stays closed.
 */
export const openRoutes: ReadonlyMap<string, z.ZodType<object>> = new Map<string, z.ZodType<object>>([
  [
    "/sign-in/email",
    z.strictObject({ email: z.string({ error: TEXT }).max(320), password: knownPasswordInput }),
  ],
  ["/sign-out", z.strictObject({})],
  [
    "/change-password",
    // Whoever changes it may do so because somebody else knows it.
    z
      .strictObject({ currentPassword: knownPasswordInput, newPassword: newPasswordInput })
      .transform((body) => ({ ...body, revokeOtherSessions: true })),
  ],
  ["/two-factor/enable", byPassword.transform((body) => ({ ...body, method: "totp" }))],
  [
    "/two-factor/verify-totp",
    z.strictObject({ code: z.string({ error: TEXT }).regex(/^\d{6}$/, { error: "Must be six digits." }) }),
  ],
  ["/two-factor/verify-backup-code", z.strictObject({ code: z.string({ error: TEXT }).max(50) })],
  ["/two-factor/generate-backup-codes", byPassword],
  ["/two-factor/disable", byPassword],
]);

/** How often one address may try each of these in a minute: each can be used to guess. */
export const guessLimits = Object.fromEntries(
  [SIGN_UP, ...openRoutes.keys()]
    .filter((path) => path !== "/sign-out")
    .map((path) => [path, { window: 60, max: 20 }]),
);
