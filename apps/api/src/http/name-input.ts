import { containsSecret, withoutSecrets } from "@ai-config/config-core";
import * as z from "zod";

/** In characters as JavaScript counts them. */
export const NAME_MAX = 100;

/** For texts that others will read. */
export const withoutKey = [
  (text: string) => !containsSecret(text),
  { error: "Must not hold an API key." },
] as const;

/** What a person or an organization is called: one line, as people write it, in one Unicode form. */
export const nameInput = z
  .string({ error: "Must be text." })
  .transform((name) => name.trim().normalize("NFC"))
  .pipe(
    z
      .string()
      .min(1, { error: "Must not be empty." })
      .max(NAME_MAX, { error: `Must be ${NAME_MAX} characters or less.` })
      .regex(/^[^\p{Cc}\p{Cs}]*$/u, { error: "Must be text on one line." })
      .refine(...withoutKey),
  );

/** A text from elsewhere as one line of at most `length`, without what looks like a key; empty where nothing is left. */
export function oneLineOf(text: string, length: number): string {
  const plain = withoutSecrets(text)
    .replaceAll(/[\p{Cc}\p{Cs}\s]+/gu, " ")
    .trim()
    .normalize("NFC");
  let line = "";
  for (const character of plain) {
    if (line.length + character.length > length) break;
    line += character;
  }
  return line.trim();
}

/** The name of the organization that somebody gets for themselves, from whatever they are called elsewhere. */
export function organizationNameOf(personName: string): string {
  const suffix = "'s organization";
  const owner = oneLineOf(personName, NAME_MAX - suffix.length);
  return owner === "" ? "My organization" : `${owner}${suffix}`;
}
