import { containsSecret, withoutSecrets } from "@ai-config/config-core";

import { FOREIGN_TEXT_MAX } from "./ledger/storable-text.ts";

const WORD = /^[\w.-]{1,64}$/;

/**
 * Words from outside as they may be told and stored: no key, whoever repeats it, nothing that a database does not take,
 * and no more than a line or two.
 */
export function plain(text: string): string {
  if (WORD.test(text) && !containsSecret(text)) return text;
  // Without its zero bytes first: between them a key would not be found. A cut can leave half a character.
  return withoutSecrets(text.replaceAll("\0", "")).slice(0, FOREIGN_TEXT_MAX).toWellFormed();
}
