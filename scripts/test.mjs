// Runs every check of the repository, one after the other, and says at the end what failed.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { pathWithRedis } from "./path-with-redis.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const reports = mkdtempSync(join(tmpdir(), "ai-config-test-"));
const report = join(reports, "vitest.json");

const checks = [
  ["build", ["exec", "turbo", "run", "build", "build:types", "--output-logs=errors-only"]],
  ["types", ["exec", "turbo", "run", "typecheck", "--output-logs=errors-only"]],
  ["lint", ["run", "lint"]],
  ["boundaries", ["run", "boundaries"]],
  ["dead code", ["run", "knip"]],
  [
    "tests",
    ["exec", "vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
  ],
];

const path = pathWithRedis(root);

const failed = [];
for (const [name, args] of checks) {
  console.log(`\n── ${name}`);
  const started = Date.now();
  const run = spawnSync(
    process.platform === "win32" ? "npm.cmd" : "npm",
    ["exec", "--yes", "--loglevel=error", `--package=${packageManager}`, "--", "pnpm", ...args],
    {
      cwd: root,
      stdio: "inherit",
      env: { ...process.env, PATH: path, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" },
    },
  );
  if (run.status !== 0) failed.push(name);
  console.log(
    `── ${name}: ${run.status === 0 ? "ok" : "FAILED"} (${((Date.now() - started) / 1000).toFixed(1)} s)`,
  );
}

const tests = readReport();
// A skipped test is a check that is not made.
if (tests.skipped > 0) failed.push(`${tests.skipped} skipped tests`);
rmSync(reports, { recursive: true, force: true });
if (!tests.hasRedis) {
  // No npm package ships a server. Where the system's packages bring none either, that must not go unsaid.
  console.warn(
    "\nNot checked here: limits on Redis. Install valkey-server or redis-server to check them too.",
  );
}
if (failed.length > 0) console.error(`\nFailed: ${failed.join(", ")}`);
console.log(`\n${tests.passed} passed, ${tests.failed} failed`);
process.exit(failed.length === 0 ? 0 : 1);

function readReport() {
  try {
    const json = JSON.parse(readFileSync(report, "utf8"));
    return {
      passed: json.numPassedTests,
      failed: json.numFailedTests,
      skipped: json.numPendingTests + json.numTodoTests,
      hasRedis: json.testResults.some(({ name }) => name.includes("test-redis")),
    };
  } catch {
    return { passed: 0, failed: 0, skipped: 0, hasRedis: false };
  }
}
