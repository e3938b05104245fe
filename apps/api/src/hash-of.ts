import { createHash } from "node:crypto";

/** Stands for a text where something is counted, so that the counters name nobody. */
export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
