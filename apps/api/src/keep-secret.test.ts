import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { keepSecret } from "./keep-secret.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ai-config-secret-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const problemOf = (secret: string) => (secret.length >= 5 ? undefined : "Must have at least 5 characters.");
const keep = (make: () => string) => keepSecret({ folder, name: "secret", make, problemOf });

test("is made once, and then read, by its user alone", () => {
  expect(keep(() => "first")).toBe("first");
  chmodSync(join(folder, "secret"), 0o644);
  expect(keep(() => "second")).toBe("first");
  expect(statSync(join(folder, "secret")).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["secret"]);
});

test.each([[""], ["\n"], ["abc\n"]])(
  "a file that holds %j is refused by its name and left as it is",
  (text) => {
    writeFileSync(join(folder, "secret"), text);
    const path = join(folder, "secret");
    expect(() => keep(() => "first")).toThrow(`${path}: Must have at least 5 characters. Restore the file.`);
    expect(readFileSync(path, "utf8")).toBe(text);
  },
);

test("a draft that a crash left behind is no secret, and in nobody's way", () => {
  writeFileSync(join(folder, `secret.${process.pid}.draft`), "ab");
  expect(keep(() => "first")).toBe("first");
});

test("processes that start at once all get the same", async () => {
  const program = `
    import { keepSecret } from ${JSON.stringify(new URL("./keep-secret.ts", import.meta.url).href)};
    const made = "secret of " + process.pid;
    console.log(keepSecret({ folder: process.argv[1], name: "secret", make: () => made, problemOf: () => undefined }));`;
  const outputs = await Promise.all(
    Array.from({ length: 6 }, async () => {
      const child = spawn(process.execPath, ["--input-type=module", "-e", program, folder]);
      let output = "";
      child.stdout.on("data", (chunk) => {
        output += String(chunk);
      });
      const [code] = await once(child, "close");
      return { code, output };
    }),
  );
  expect(new Set(outputs.map(({ code }) => code))).toEqual(new Set([0]));
  expect(new Set(outputs.map(({ output }) => output)).size).toBe(1);
});
