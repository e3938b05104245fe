import * as z from "zod";

import { knownPasswordInput, newPasswordInput } from "./passwords.ts";

export const SIGN_UP = "/sign-up/email";

/**
 * What the product uses of the identity library beside signing up, by path, and what the body of each may be. All
 * are asked by POST. Everything else of the library stays closed.
 */
export const openRoutes: ReadonlyMap<string, z.ZodType<object>> = new Map<string, z.ZodType<object>>([
  [
    "/sign-in/email",
    z.strictObject({ email: z.string({ error: "Must be text." }).max(320), password: knownPasswordInput }),
  ],
  ["/sign-out", z.strictObject({})],
  [
    "/change-password",
    // Whoever changes it may do so because somebody else knows it.
    z
      .strictObject({ currentPassword: knownPasswordInput, newPassword: newPasswordInput })
      .transform((body) => ({ ...body, revokeOtherSessions: true })),
  ],
]);

/** How often one address may try each of these in a minute: each can be used to guess. */
export const guessLimits = Object.fromEntries(
  [SIGN_UP, "/sign-in/email", "/change-password"].map((path) => [path, { window: 60, max: 20 }]),
);
