import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";
import { expect, test } from "vitest";

const KILOBYTE = 1000;

test("everything together is less than 40 kB for a worker, and needs nothing from outside", async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [fileURLToPath(new URL("./index.ts", import.meta.url))],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    mainFields: ["module", "main"],
    metafile: true,
    write: false,
    outdir: "unused",
    logLevel: "silent",
  });
  const [bundle] = outputFiles;
  expect(outputFiles).toHaveLength(1);
  expect(Object.values(metafile.outputs).flatMap((output) => output.imports)).toEqual([]);
  expect(bundle?.text).not.toMatch(/\bnode:|\brequire\(|\bprocess\.|\bBuffer\b/);
  expect(gzipSync(bundle?.contents ?? "", { level: 9 }).byteLength).toBeLessThan(40 * KILOBYTE);
});

test("what a worker does not use stays out of its bundle", async () => {
  const contents = 'export { retryDelay, maskKey } from "./index.ts";';
  const resolveDir = fileURLToPath(new URL(".", import.meta.url));
  const { outputFiles } = await build({
    stdin: { contents, resolveDir, loader: "ts" },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "neutral",
    write: false,
    logLevel: "silent",
  });
  expect(outputFiles[0]?.contents.byteLength).toBeLessThan(2 * KILOBYTE);
});
