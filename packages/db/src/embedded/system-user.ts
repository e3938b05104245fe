import { execFileSync } from "node:child_process";
import { lstatSync, type Stats, statSync } from "node:fs";
import { dirname, join } from "node:path";

import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";

/** The account PostgreSQL runs under where we are root, whom it refuses. */
export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

const accountName = "postgres";

/**
 * Who must run the server: undefined means we ourselves. Under root it is whoever the cluster in the folder
 * belongs to already, else an account that is made where it is missing.
 */
export function findServerUser(dataDirectory: string, log: (line: string) => void): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const cluster = statSync(join(dataDirectory, "cluster"), { throwIfNoEntry: false });
  if (cluster && cluster.uid !== 0)
    return { name: `number ${cluster.uid}`, uid: cluster.uid, gid: cluster.gid };
  // macOS brings the account under a name of its own.
  const existing = lookUp(accountName) ?? lookUp("_postgres");
  if (existing) return existing;
  log(`Running as root, and PostgreSQL refuses to: creating the system account "${accountName}".`);
  createAccount();
  const created = lookUp(accountName);
  if (created) return created;
  throw new EmbeddedPostgresError(
    `PostgreSQL refuses to run as root, and no account "${accountName}" exists or could be created. ` +
      `Create it (useradd --system ${accountName}), run as an ordinary user, or set DATABASE_URL.`,
  );
}

/** True when `user` may enter every folder on the way to `path`, and read (or, for a folder, enter) it. */
export function canReach(path: string, user: SystemUser): boolean {
  try {
    const stats = statSync(path);
    if (!isAllowed(stats, user, stats.isDirectory() ? 0o1 : 0o4)) return false;
    for (let folder = dirname(path); ; folder = dirname(folder)) {
      if (!isAllowed(statSync(folder), user, 0o1)) return false;
      if (folder === dirname(folder)) return true;
    }
  } catch {
    return false;
  }
}

/** True when something is there, even a link that leads nowhere. */
export function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isAllowed(stats: Stats, user: SystemUser, bit: number): boolean {
  if (stats.uid === user.uid) return (stats.mode & (bit << 6)) !== 0;
  if (stats.gid === user.gid) return (stats.mode & (bit << 3)) !== 0;
  return (stats.mode & bit) !== 0;
}

function lookUp(name: string): SystemUser | undefined {
  const [uid, gid] = ["-u", "-g"].map((flag) => {
    try {
      return Number(
        execFileSync("id", [flag, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }),
      );
    } catch {
      return Number.NaN;
    }
  });
  if (uid === undefined || gid === undefined || !Number.isInteger(uid) || !Number.isInteger(gid))
    return undefined;
  return { name, uid, gid };
}

function createAccount(): void {
  const ways: [string, string[]][][] = [
    [
      ["groupadd", ["--system", accountName]],
      [
        "useradd",
        ["--system", "--no-create-home", "--gid", accountName, "--shell", "/bin/false", accountName],
      ],
    ],
    [
      ["addgroup", ["-S", accountName]],
      ["adduser", ["-S", "-D", "-H", "-G", accountName, "-s", "/bin/false", accountName]],
    ],
  ];
  for (const way of ways) {
    for (const [command, args] of way) {
      try {
        execFileSync(command, args, { stdio: "ignore" });
      } catch {
        // The group may exist already, or the system has the other pair of commands.
      }
    }
    if (lookUp(accountName)) return;
  }
}
