import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["valkey-server", "redis-server"];

/** The program of a Redis or Valkey server on this machine: no npm package ships one. */
export function findRedisServer(): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter);
  for (const name of NAMES) {
    for (const folder of folders) if (existsSync(join(folder, name))) return join(folder, name);
  }
  return undefined;
}
