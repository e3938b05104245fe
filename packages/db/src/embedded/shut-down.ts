import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";

import type { Binaries } from "./binaries.ts";
import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";
import { serverEnvironment } from "./server-environment.ts";
import type { SystemUser } from "./system-user.ts";

const fastWithinMs = 20_000;
const immediateWithinMs = 10_000;

/**
 * Ends a server: open transactions are rolled back and everything is written. One that does not come to an
 * end is told to stop at once, after which the next start recovers as after a power cut.
 */
export async function shutDown(
  pid: number,
  isRunning: () => boolean,
  binaries: Binaries,
  cluster: string,
  user: SystemUser | undefined,
): Promise<void> {
  // A number without its process may belong to somebody else by now.
  if (!isRunning()) return;
  tell(pid, "fast", binaries, cluster, user);
  if (await ended(isRunning, fastWithinMs)) return;
  tell(pid, "immediate", binaries, cluster, user);
  if (await ended(isRunning, immediateWithinMs)) return;
  throw new EmbeddedPostgresError(
    `The PostgreSQL server with process id ${pid} does not stop. End it, then start again.`,
  );
}

function tell(
  pid: number,
  mode: "fast" | "immediate",
  { pgCtl }: Binaries,
  cluster: string,
  user: SystemUser | undefined,
): void {
  if (process.platform === "win32") {
    // There are no such signals on Windows; pg_ctl has its own way.
    spawn(pgCtl, ["stop", "-W", "-D", cluster, "-m", mode], {
      env: serverEnvironment(),
      stdio: "ignore",
      ...(user && { uid: user.uid, gid: user.gid }),
    }).once("error", () => {});
    return;
  }
  try {
    process.kill(pid, mode === "fast" ? "SIGINT" : "SIGQUIT");
  } catch {
    // It ended before we could ask.
  }
}

async function ended(isRunning: () => boolean, withinMs: number): Promise<boolean> {
  for (const deadline = Date.now() + withinMs; Date.now() < deadline; await sleep(5)) {
    if (!isRunning()) return true;
  }
  return !isRunning();
}
