import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const text = readFileSync(`${root}/docs/threats.md`, "utf8");
const rows = [...text.matchAll(/^\| (T\d+) \| .* \| .* \| (.*) \|$/gm)].map(([, id = "", tests = ""]) => ({
  id,
  files: [...tests.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path),
  tests,
}));

test("every attack and fault is there once, in its order", () => {
  expect(rows.map(({ id }) => id)).toEqual(Array.from({ length: 70 }, (_, index) => `T${index + 1}`));
});

test("each names tests that there are, or says that it does not apply yet", () => {
  const missing = rows.flatMap(({ files }) => files).filter((path) => !existsSync(`${root}/${path}`));
  expect(missing).toEqual([]);
  const bare = rows.filter(({ files, tests }) => files.length === 0 && tests !== "not applicable yet");
  expect(bare).toEqual([]);
  const beside = [...text.matchAll(/`([\w./-]+\.test\.ts)`/g)].map(([, path = ""]) => path);
  expect(beside.filter((path) => !existsSync(`${root}/${path}`))).toEqual([]);
});
