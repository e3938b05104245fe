import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { configurationCheckSql } from "../src/configuration-check.ts";

/** Adds a migration that brings the database's check up to the field registry; nothing where it already is. */
const packageFolder = fileURLToPath(new URL("..", import.meta.url));
const folder = `${packageFolder}migrations/`;
const listMigrations = () =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort();

const check = configurationCheckSql();
const before = listMigrations();
const current = before
  .map((name) => readFileSync(folder + name, "utf8"))
  .findLast((text) => text.includes("function private.config_problem("));
if (current?.includes(check)) {
  process.stdout.write("The check is up to date.\n");
} else {
  execFileSync("drizzle-kit", ["generate", "--custom", "--name=configuration_check"], {
    cwd: packageFolder,
    stdio: "inherit",
  });
  const added = listMigrations().find((name) => !before.includes(name));
  if (!added) throw new Error("drizzle-kit added no migration.");
  writeFileSync(folder + added, check);
}
