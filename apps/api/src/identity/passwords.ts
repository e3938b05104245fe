import * as z from "zod";

/** OWASP asks for 8 and recommends length over rules; 10 leaves a margin. */
export const PASSWORD_LENGTH_MIN = 10;
/** Hashing a password takes time by its length. */
export const PASSWORD_LENGTH_MAX = 128;

/** A password to sign in with from now on. */
export const newPasswordInput = z
  .string({ error: "Must be text." })
  .min(PASSWORD_LENGTH_MIN, { error: `Must be ${PASSWORD_LENGTH_MIN} characters or more.` })
  .max(PASSWORD_LENGTH_MAX, { error: `Must be ${PASSWORD_LENGTH_MAX} characters or less.` });

/** Whether it is right is for the identity library to say, in words that are the same for every account. */
export const knownPasswordInput = z.string({ error: "Must be text." }).max(PASSWORD_LENGTH_MAX);
