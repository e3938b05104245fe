import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { REGISTRY_FUNCTIONS, registryFunctionSql } from "../src/registry-functions.ts";

/** Adds a migration that brings the database's functions up to the field registry; nothing where they already are. */
const packageFolder = fileURLToPath(new URL("..", import.meta.url));
const folder = `${packageFolder}migrations/`;
const listMigrations = () =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort();

const before = listMigrations();
const texts = before.map((name) => readFileSync(folder + name, "utf8"));
const outdated = REGISTRY_FUNCTIONS.filter((definition) => {
  const name = definition.signature.slice(0, definition.signature.indexOf("(") + 1);
  const current = texts.findLast((text) => text.includes(`create or replace function ${name}`));
  return !current?.includes(registryFunctionSql(definition));
});
if (outdated.length === 0) {
  process.stdout.write("The functions are up to date.\n");
} else {
  execFileSync("drizzle-kit", ["generate", "--custom", "--name=configuration_check"], {
    cwd: packageFolder,
    stdio: "inherit",
  });
  const added = listMigrations().find((name) => !before.includes(name));
  if (!added) throw new Error("drizzle-kit added no migration.");
  writeFileSync(folder + added, outdated.map(registryFunctionSql).join("--> statement-breakpoint\n"));
}
