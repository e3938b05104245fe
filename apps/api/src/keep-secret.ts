import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";

export interface KeptSecret {
  readonly folder: string;
  readonly name: string;
  readonly make: () => string;
  /** What is wrong with a secret that was found, or undefined. */
  readonly problemOf: (secret: string) => string | undefined;
}

/**
 * A secret in a file that only its user can read, made where there is none. The file appears complete or not at
 * all, and of processes that start at once all get the same. Throws with the file's name where what it holds is
 * no such secret: nothing sealed with the right one would open.
 */
export function keepSecret({ folder, name, make, problemOf }: KeptSecret): string {
  const path = join(folder, name);
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true, mode: 0o711 });
    writeOnce(path, `${make()}\n`);
  }
  // A file that was copied or restored may have come with wider rights.
  chmodSync(path, 0o600);
  const secret = readFileSync(path, "utf8").trim();
  const problem = problemOf(secret);
  if (problem === undefined) return secret;
  throw new Error(
    `${path}: ${problem} Restore the file. Delete it only where nothing was stored yet; the next start makes a new one.`,
  );
}

function writeOnce(path: string, text: string): void {
  const draft = `${path}.${process.pid}.draft`;
  const file = openSync(draft, "w", 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  try {
    linkSync(draft, path);
  } catch (error) {
    // Another process was first, and its secret is the one.
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  syncFolder(dirname(path));
}

/** What is sealed with a secret outlives a power cut, and so must the secret's name in its folder. */
function syncFolder(folder: string): void {
  // Windows opens no folders, and writes their entries through by itself.
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
