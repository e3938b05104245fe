import {
  constants,
  copyFileSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";
import { currentProcess, isSameProcessAlive, type ProcessIdentity } from "./process-identity.ts";

export interface Ownership {
  /** True when the one before us went away without saying goodbye. */
  inherited: boolean;
  release(): void;
}

/**
 * Takes the data directory for this process, or refuses while the process that has it still lives.
 * The note appears whole or not at all, so two that come at once cannot both take it.
 */
export function takeOwnership(dataDirectory: string): Ownership {
  const note = join(dataDirectory, "owner.json");
  const mine = JSON.stringify(currentProcess());
  const draft = `${note}.${process.pid}`;
  let inherited = false;
  try {
    for (let attempt = 0; attempt < 10; attempt++) {
      writeFileSync(draft, mine, { mode: 0o600 });
      if (tryLink(draft, note)) return { inherited, release: () => release(note, mine) };
      const found = readNote(note);
      if (found === undefined) continue;
      const owner = parseOwner(found);
      if (owner && isSameProcessAlive(owner)) throw inUse(dataDirectory, owner.pid);
      inherited = true;
      removeStale(note, found);
    }
  } finally {
    rmSync(draft, { force: true });
  }
  throw new EmbeddedPostgresError(`Cannot take ${dataDirectory}: ${note} keeps changing. Try again.`);
}

function inUse(dataDirectory: string, pid: number): EmbeddedPostgresError {
  const who = pid === process.pid ? "this process already runs" : `process ${pid} runs`;
  return new EmbeddedPostgresError(
    `The database in ${dataDirectory} is in use: ${who} it. Stop that process first (kill ${pid}), ` +
      "or choose another folder with AI_CONFIG_DATA_DIR.",
  );
}

function tryLink(draft: string, note: string): boolean {
  try {
    linkSync(draft, note);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
  }
  // Some file systems know no hard links.
  try {
    copyFileSync(draft, note, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

function readNote(note: string): string | undefined {
  try {
    return readFileSync(note, "utf8");
  } catch {
    return undefined;
  }
}

function parseOwner(text: string): ProcessIdentity | undefined {
  try {
    const { pid, startedAt } = JSON.parse(text) as Partial<ProcessIdentity>;
    return Number.isInteger(pid) && pid !== undefined ? { pid, startedAt: startedAt ?? "" } : undefined;
  } catch {
    return undefined;
  }
}

/** Removes the note only if it is still the stale one; what somebody wrote meanwhile is put back. */
function removeStale(note: string, stale: string): void {
  const aside = `${note}.stale.${process.pid}`;
  try {
    renameSync(note, aside);
  } catch {
    return;
  }
  if (readNote(aside) !== stale) tryLink(aside, note);
  rmSync(aside, { force: true });
}

function release(note: string, mine: string): void {
  if (readNote(note) === mine) unlinkSync(note);
}
