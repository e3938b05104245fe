import { spawn } from "node:child_process";
import { chownSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

import type { Binaries } from "./binaries.ts";
import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";
import type { Layout } from "./layout.ts";
import { writePrivately } from "./secrets.ts";
import { serverEnvironment } from "./server-environment.ts";
import type { SystemUser } from "./system-user.ts";

/**
 * Makes the cluster where there is none. It grows under another name and is renamed when it is whole, so an
 * interrupted attempt leaves nothing that looks like a database. Sorting is by code point on every system.
 */
export async function ensureCluster(
  { initdb }: Binaries,
  { home, cluster }: Layout,
  user: SystemUser | undefined,
  ownerPassword: string,
  isDurable: boolean,
): Promise<void> {
  removeUnfinished(home);
  if (existsSync(join(cluster, "PG_VERSION"))) return;
  const unfinished = `${cluster}.unfinished-${process.pid}`;
  const passwordFile = `${unfinished}.password`;
  try {
    writePrivately(passwordFile, ownerPassword);
    if (user) chownSync(passwordFile, user.uid, user.gid);
    mkdirSync(unfinished, { mode: 0o700 });
    if (user) chownSync(unfinished, user.uid, user.gid);
    await run(initdb, user, home, [
      `--pgdata=${unfinished}`,
      `--pwfile=${passwordFile}`,
      "--username=postgres",
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      "--text-search-config=english",
      "--no-instructions",
      ...(isDurable ? [] : ["--no-sync"]),
    ]);
    rmSync(cluster, { recursive: true, force: true });
    renameSync(unfinished, cluster);
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** Safe because only the owner of the data directory comes here. */
function removeUnfinished(home: string): void {
  for (const name of readdirSync(home)) {
    if (name.startsWith("cluster.unfinished-")) rmSync(join(home, name), { recursive: true, force: true });
  }
}

function run(program: string, user: SystemUser | undefined, cwd: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: serverEnvironment(),
      stdio: ["ignore", "ignore", "pipe"],
      // A Ctrl-C in the terminal must not cut it short behind our back.
      detached: true,
      ...(user && { uid: user.uid, gid: user.gid }),
    });
    let complaint = "";
    child.stderr.on("data", (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    child.once("error", (cause) => reject(new EmbeddedPostgresError(`Cannot run ${program}.`, { cause })));
    child.once("close", (code, signal) => {
      if (code === 0) resolve();
      else
        reject(
          new EmbeddedPostgresError(`Creating the database failed (${signal ?? code}): ${complaint.trim()}`),
        );
    });
  });
}
