import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";

import { AIConfigError } from "@ai-config/config-core";

import type { KeyRingProvider } from "./key-ring-provider.ts";

export const KEY_RING_FILE_VARIABLE = "AI_CONFIG_ENCRYPTION_KEYS_FILE";

/** Far more than any ring has; a wrong path may lead to a disk. */
const BYTES_MAX = 65_536;
const OTHERS = 0o007;
const GROUP_WRITES = 0o020;

/**
 * The master keys from a file, such as secret managers mount: on one line with commas, or one a line. Refuses a file
 * that others than its user and group can read, or others than its user can write.
 */
export function readKeyRingFile(path: string): string {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    throw refused(
      `the file cannot be read (${(error as NodeJS.ErrnoException).code}). Check the path and its rights.`,
    );
  }
  try {
    // Of what was opened: a name can lead elsewhere by the time it is read.
    const { mode, size } = fstatSync(file);
    if ((mode & 0o170000) !== 0o100000) throw refused("it is no file. Name one that holds the keys.");
    if (process.platform !== "win32" && (mode & (OTHERS | GROUP_WRITES)) !== 0) {
      throw refused("others can read or change the file. Let only its user and group read it: chmod 640.");
    }
    if (size > BYTES_MAX) throw refused("the file is too large to hold keys. Check the path.");
    return readFileSync(file, "utf8")
      .trim()
      .replaceAll(/\s*[\r\n]+\s*/g, ",")
      .replaceAll(/,+/g, ",");
  } finally {
    closeSync(file);
  }
}

/** The same as a provider. */
export function keyRingFromFile(path: string): KeyRingProvider {
  return { name: KEY_RING_FILE_VARIABLE, read: async () => readKeyRingFile(path) };
}

function refused(reason: string): AIConfigError {
  const message = `${KEY_RING_FILE_VARIABLE}: ${reason}`;
  return new AIConfigError("INPUT_INVALID", {
    message,
    issues: [{ path: KEY_RING_FILE_VARIABLE, code: "malformed", message }],
  });
}
