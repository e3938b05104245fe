import { createHash } from "node:crypto";

import { AIConfigError } from "@ai-config/config-core";

export const KEY_RING_VARIABLE = "AI_CONFIG_ENCRYPTION_KEYS";
const KEY_BYTES = 32;

/** One master key. Its id comes from its bytes, so that a key can never be stored under another one's id. */
export interface RingKey {
  readonly id: string;
  readonly bytes: Buffer;
}

/** The master keys: the first one seals, all of them open. */
export interface KeyRing {
  readonly primary: RingKey;
  readonly keys: ReadonlyMap<string, RingKey>;
}

/**
 * Reads base64url keys of 32 bytes, separated by commas, from where `name` says. Every problem is told with its
 * position and never with its text, which may be a secret.
 */
export function parseKeyRing(text: string, name: string): KeyRing {
  const keys = new Map<string, RingKey>();
  const problems: string[] = [];
  for (const [index, part] of text.split(",").entries()) {
    const read = readKey(part.trim());
    if (typeof read === "string") problems.push(`key ${index + 1} ${read}`);
    else if (keys.has(read.id)) problems.push(`key ${index + 1} is there twice`);
    else keys.set(read.id, read);
  }
  const [primary] = keys.values();
  if (problems.length > 0 || primary === undefined) {
    const message = `${name}: ${problems.join("; ")}. Each key is 32 random bytes as base64url, separated by commas.`;
    throw new AIConfigError("INPUT_INVALID", {
      message,
      issues: [{ path: name, code: "malformed", message }],
    });
  }
  return { primary, keys };
}

function readKey(text: string): RingKey | string {
  if (text === "") return "is empty";
  const bytes = Buffer.from(text, "base64url");
  // Node reads past characters it does not know; only text that comes out the same was base64url.
  if (bytes.toString("base64url") !== text.replace(/=+$/, "")) return "is not base64url";
  if (bytes.length !== KEY_BYTES) return `has ${bytes.length} bytes`;
  if (new Set(bytes).size < 8) return "is not random";
  return { id: ringKeyId(bytes), bytes };
}

function ringKeyId(bytes: Buffer): string {
  return createHash("sha256").update("ai-config/kid/v1\0").update(bytes).digest("hex").slice(0, 12);
}
