import { createHash } from "node:crypto";
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";

import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";
import { canReach, type SystemUser } from "./system-user.ts";

/** Where the parts of one embedded database lie. */
export interface Layout {
  /** The folder that was asked for: passwords, port and owner note, readable by us alone. */
  dataDirectory: string;
  /** The folder that holds the cluster: the same, unless another account must reach it and cannot. */
  home: string;
  /** What PostgreSQL calls its data directory. */
  cluster: string;
  logFile: string;
  /** Where copies of the programs go when the installed ones cannot be used. */
  copies: string;
}

const systemFolder = "/var/lib/ai-config";

/** Decides where the cluster lives, makes the folders, and leaves a pointer where it lives elsewhere. */
export function prepareLayout(
  directory: string,
  user: SystemUser | undefined,
  log: (line: string) => void,
): Layout {
  const dataDirectory = makeDirectory(resolve(directory), user ? 0o711 : 0o700);
  requireOwnCluster(join(dataDirectory, "cluster"), user);
  const pointer = join(dataDirectory, "cluster-location.txt");
  if (!user || (!existsSync(pointer) && canReach(dataDirectory, user))) {
    return layoutIn(dataDirectory, dataDirectory, dataDirectory);
  }
  if (existsSync(join(dataDirectory, "cluster/PG_VERSION"))) {
    throw new EmbeddedPostgresError(
      `The database lies in ${dataDirectory}, which the account ${user.name} can no longer enter. ` +
        "Let it enter every folder on the way (chmod o+x), or choose another folder with AI_CONFIG_DATA_DIR.",
    );
  }
  const noted = existsSync(pointer) ? readFileSync(pointer, "utf8").split("\n")[0]?.trim() : "";
  const home = noted || unusedHome(dataDirectory);
  if (!noted) {
    log(`The account "${user.name}" cannot reach ${dataDirectory}: the database is kept in ${home}.`);
    const note =
      "The database itself lies in the folder above, because the account that runs PostgreSQL cannot reach this one.";
    writeFileSync(pointer, `${home}\n\n${note}\nRemove both folders to start afresh.\n`);
  }
  makeDirectory(systemFolder, 0o755);
  makeDirectory(home, 0o711);
  chmodSync(home, 0o711);
  if (!canReach(home, user)) {
    throw new EmbeddedPostgresError(
      `The account "${user.name}" can reach neither ${dataDirectory} nor ${home}. ` +
        "Let it enter one of them, run as an ordinary user, or set DATABASE_URL.",
    );
  }
  return layoutIn(dataDirectory, home, systemFolder);
}

/** PostgreSQL runs only as the account that its data belongs to. */
function requireOwnCluster(cluster: string, user: SystemUser | undefined): void {
  const stats = statSync(cluster, { throwIfNoEntry: false });
  const uid = user?.uid ?? process.getuid?.();
  if (stats === undefined || uid === undefined || stats.uid === uid) return;
  throw new EmbeddedPostgresError(
    `The database in ${cluster} belongs to account number ${stats.uid}, and this is account number ${uid}. ` +
      "Start as that account or as root, or choose another folder with AI_CONFIG_DATA_DIR.",
  );
}

function layoutIn(dataDirectory: string, home: string, copies: string): Layout {
  return { dataDirectory, home, cluster: join(home, "cluster"), logFile: join(home, "postgres.log"), copies };
}

function makeDirectory(directory: string, mode: number): string {
  try {
    const created = mkdirSync(directory, { recursive: true, mode });
    // A umask may have taken bits that the server's account needs.
    if (created !== undefined) chmodSync(directory, mode);
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
    return realpathSync(directory);
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `Cannot use ${directory} for the database: this account may not write there. Choose another folder with AI_CONFIG_DATA_DIR, or set DATABASE_URL.`,
      { cause },
    );
  }
}

/** A clone that was deleted and made again at the same place must not find the old one's database. */
function unusedHome(dataDirectory: string): string {
  const hash = createHash("sha256").update(dataDirectory).digest("hex").slice(0, 16);
  for (let number = 1; ; number++) {
    const home = join(systemFolder, number === 1 ? hash : `${hash}-${number}`);
    if (!existsSync(join(home, "cluster"))) return home;
  }
}
