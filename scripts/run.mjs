// The door to every command of the repository. It needs Node and npm and nothing else: it installs the rest
// from the lockfile, then hands over to the Node and pnpm that the repository pins.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { pathWithRedis } from "./path-with-redis.mjs";
import { whenNpmEnds } from "./when-npm-ends.mjs";

// Nothing that we run may report home.
process.env.TURBO_TELEMETRY_DISABLED = "1";
process.env.DO_NOT_TRACK = "1";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const pinnedNode = join(root, "node_modules/node/bin", process.platform === "win32" ? "node.exe" : "node");
const npm = process.platform === "win32" ? "npm.cmd" : "npm";

const commands = {
  start() {
    installIfNeeded();
    buildWeb();
    handOver("apps/api/src/main.ts");
  },
  test() {
    installIfNeeded();
    handOver("scripts/test.mjs");
  },
  dev() {
    installIfNeeded();
    pnpm(["exec", "turbo", "run", "dev", "--ui=stream"]);
  },
  bench() {
    installIfNeeded();
    process.env.PATH = pathWithRedis(root);
    handOver("benchmarks/index.ts");
  },
  screenshots() {
    installIfNeeded();
    buildWeb();
    handOver("e2e/screenshots.ts");
  },
  migrate() {
    installIfNeeded();
    handOver("apps/api/src/migrate-main.ts");
  },
  rewrap() {
    installIfNeeded();
    handOver("apps/api/src/rewrap-main.ts");
  },
};

const [name, ...rest] = process.argv.slice(2);
const command = Object.hasOwn(commands, name ?? "") ? commands[name] : undefined;
if (!command) {
  console.error(`Unknown command "${name ?? ""}". One of: ${Object.keys(commands).join(", ")}.`);
  process.exit(2);
}
command();

/** Installs once for each state of the lockfile, so that a second start costs nothing. */
function installIfNeeded() {
  const hash = createHash("sha256");
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml"]) hash.update(readFileSync(join(root, file)));
  const wanted = hash.digest("hex");
  const mark = join(root, "node_modules/.ai-config-installed");
  if (existsSync(pinnedNode) && existsSync(mark) && readFileSync(mark, "utf8") === wanted) return;
  console.log("Installing dependencies …");
  pnpm(["install", "--frozen-lockfile", "--reporter=append-only", "--loglevel=warn"]);
  mkdirSync(dirname(mark), { recursive: true });
  writeFileSync(mark, wanted);
}

/** Builds the web app; turbo answers from its cache when nothing changed. */
function buildWeb() {
  pnpm(["exec", "turbo", "run", "build", "--output-logs=errors-only"]);
}

/** Runs the pinned pnpm, fetched by npm where it is missing, and stops here when it fails. */
function pnpm(args) {
  const [tool, version] = manifest.packageManager.split("@");
  const run = spawnSync(
    npm,
    ["exec", "--yes", "--loglevel=error", `--package=${tool}@${version}`, "--", tool, ...args],
    {
      cwd: root,
      stdio: "inherit",
      shell: process.platform === "win32",
    },
  );
  if (run.status !== 0) process.exit(run.status ?? 1);
}

/** Starts a script under the pinned Node and ends as it ends. A terminal signals the whole group by itself. */
function handOver(script) {
  // The product's own settings, and nobody else's; what the shell says wins over the file.
  const settings = script.startsWith("apps/api/") ? [`--env-file-if-exists=${join(root, ".env")}`] : [];
  const child = spawn(pinnedNode, [...settings, join(root, script), ...rest], { stdio: "inherit" });
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  whenNpmEnds(() => child.kill("SIGTERM"));
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
}
