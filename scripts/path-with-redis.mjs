import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

const SERVERS = ["valkey-server", "redis-server"];

/**
 * A PATH with a Redis server on it, for tests and benchmarks. Where none is installed and the system's packages bring
 * one, they are unpacked below `node_modules`: nothing is installed, and no rights are needed. Where there is no way to
 * one, it is the PATH as it was.
 */
export function pathWithRedis(root) {
  const path = process.env.PATH ?? "";
  const folders = path.split(delimiter);
  if (folders.some((folder) => SERVERS.some((name) => existsSync(join(folder, name))))) return path;
  const cache = join(root, "node_modules", ".cache", "redis-server");
  const bin = join(cache, "bin");
  if (!existsSync(join(bin, "redis-server"))) unpack(cache);
  return existsSync(join(bin, "redis-server")) ? `${path}${delimiter}${bin}` : path;
}

function unpack(cache) {
  const half = `${cache}.${process.pid}`;
  try {
    for (const folder of ["lists/partial", "archives/partial", "bin"]) {
      mkdirSync(join(half, folder), { recursive: true });
    }
    const own = ["-o", `Dir::State::lists=${join(half, "lists")}`, "-o", `Dir::Cache=${half}`];
    run("apt-get", [...own, "update"], half);
    const plan = run(
      "apt-get",
      [...own, "install", "--print-uris", "--no-install-recommends", "-y", "redis-server"],
      half,
    );
    const names = [...plan.matchAll(/^'\S+' ([^_\s]+)_\S+\.deb /gm)].map(([, name]) => name);
    run("apt-get", [...own, "download", ...names], half);
    for (const file of readdirSync(half).filter((name) => name.endsWith(".deb"))) {
      run("dpkg-deb", ["-x", file, "root"], half);
      rmSync(join(half, file));
    }
    // What it was linked with lies beside it, and only it may see that.
    const starter = [
      "#!/bin/sh",
      'here=$(dirname "$(dirname "$(readlink -f "$0")")")/root',
      'export LD_LIBRARY_PATH="$(echo "$here"/usr/lib/*-linux-gnu*):$here/usr/lib"',
      'exec "$here/usr/bin/redis-server" "$@"',
      "",
    ];
    writeFileSync(join(half, "bin", "redis-server"), starter.join("\n"));
    chmodSync(join(half, "bin", "redis-server"), 0o755);
    run(join(half, "bin", "redis-server"), ["--version"], half);
    for (const folder of ["lists", "archives"]) rmSync(join(half, folder), { recursive: true, force: true });
    renameSync(half, cache);
  } catch (error) {
    console.warn(`No Redis server could be unpacked: ${error.message}`);
    rmSync(half, { recursive: true, force: true });
  }
}

function run(command, args, cwd) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: "utf8",
    timeout: 120_000,
  });
  if (status === 0) return stdout;
  throw new Error(`${command}: ${error?.message ?? stderr.trim().split("\n").at(-1)}`);
}
