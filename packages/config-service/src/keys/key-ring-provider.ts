import { AIConfigError } from "@ai-config/config-core";

import { KEY_RING_VARIABLE } from "./key-ring.ts";

/**
 * Where the master keys come from, such as a KMS that unwraps them. It is asked once, at the start: what it gives
 * stays in memory, and no key is ever sealed or opened elsewhere.
 */
export interface KeyRingProvider {
  /** What problems are told by, such as the name of a variable. */
  readonly name: string;
  /** Keys of 32 bytes as base64url, separated by commas: the first one seals, all of them open. */
  read(): Promise<string>;
}

/** Longer than any key service takes that is there. */
const READ_MS_MAX = 10_000;

/** What a provider gives, or the text itself. Rejects by the provider's name, and never with what it said: that may hold a key. */
export async function readKeyRing(
  keyRing: string | KeyRingProvider,
  withinMs = READ_MS_MAX,
): Promise<{ text: string; name: string }> {
  if (typeof keyRing === "string") return { text: keyRing, name: KEY_RING_VARIABLE };
  const { name } = keyRing;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const refusal = unread(name, `gave no master keys within ${withinMs / 1_000} seconds`);
    timer = setTimeout(() => reject(refusal), withinMs);
  });
  try {
    const text: unknown = await Promise.race([keyRing.read(), late]);
    if (typeof text !== "string") throw unread(name, "gave no text");
    return { text, name };
  } catch (error) {
    throw error instanceof AIConfigError ? error : unread(name, "could not give the master keys");
  } finally {
    clearTimeout(timer);
  }
}

/** Says that the master keys could not be had, and from where. */
export function unread(name: string, why: string): AIConfigError {
  return new AIConfigError("KEY_UNREADABLE", {
    message: `${name} ${why}. Without them no stored key can be opened.`,
  });
}
