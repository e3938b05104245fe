import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";

export interface Passwords {
  owner: string;
  application: string;
}

/** The passwords of this database, made on first use and kept in files that only we can read. */
export function keepPasswords(dataDirectory: string): Passwords {
  return {
    owner: keepPassword(join(dataDirectory, "owner-password")),
    application: keepPassword(join(dataDirectory, "application-password")),
  };
}

function keepPassword(file: string): string {
  if (existsSync(file)) return readFileSync(file, "utf8").trim();
  const password = randomBytes(24).toString("base64url");
  writePrivately(file, password);
  return password;
}

/** Writes whole and durable or not at all, for our eyes only from the first byte. */
export function writePrivately(file: string, text: string): void {
  const draft = `${file}.${process.pid}`;
  const descriptor = openSync(draft, "w", 0o600);
  try {
    writeSync(descriptor, `${text}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(draft, file);
}
