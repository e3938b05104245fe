import { containsSecret, withoutSecrets } from "@ai-config/config-core";
import * as z from "zod";

const NAME_MAX = 100;

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

/** The name of the organization that somebody gets for themselves, from whatever they are called elsewhere. */
export function organizationNameOf(personName: string): string {
  const plain = withoutSecrets(personName)
    .replaceAll(/[\p{Cc}\p{Cs}\s]+/gu, " ")
    .trim()
    .normalize("NFC");
  const suffix = "'s organization";
  let owner = "";
  for (const character of plain) {
    if (owner.length + character.length + suffix.length > NAME_MAX) break;
    owner += character;
  }
  return `${owner.trim() || "My"}${owner.trim() ? suffix : " organization"}`;
}
