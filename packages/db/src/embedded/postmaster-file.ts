import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

export interface Postmaster {
  pid: number;
  isReady: boolean;
}

/** Reads what a running server says about itself in its data directory. */
export function readPostmasterFile(cluster: string): Postmaster | undefined {
  let lines: string[];
  try {
    lines = readFileSync(join(cluster, "postmaster.pid"), "utf8").split("\n");
  } catch {
    return undefined;
  }
  const pid = Number(lines[0]);
  // The eighth line is the server's state, padded with spaces.
  return Number.isInteger(pid) && pid > 0 ? { pid, isReady: lines[7]?.trim() === "ready" } : undefined;
}

/** Removes the file of a server that is gone; PostgreSQL refuses when its number went to another process. */
export function removePostmasterFile(cluster: string): void {
  rmSync(join(cluster, "postmaster.pid"), { force: true });
}
