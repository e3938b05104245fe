import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { parseCatalogueFile } from "@ai-config/config-core";
import { expect, test } from "vitest";

import { VARIABLES } from "../src/env.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const example = readFileSync(join(root, ".env.example"), "utf8");

/** What the examples take for granted. */
const GIVEN = `
import type { AppRouter } from "@ai-config/api";
import type { AnthropicUsage } from "@ai-config/config-core";
import type { ServiceContext } from "@ai-config/config-service";
import type { GovernedClaude } from "@ai-config/runtime";
import type { RedisClientType } from "@redis/client";
import type { TRPCClient } from "@trpc/client";
declare global {
  const userId: string;
  const service: ServiceContext;
  const claude: GovernedClaude;
  const redis: RedisClientType;
  const organizationId: string;
  const policy: Record<string, unknown>;
  const env: Readonly<Record<string, string | undefined>>;
  const message: { model: string; usage: AnthropicUsage };
  const aiConfig: TRPCClient<AppRouter>;
}
`;

function blocksOf(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(
    ([, code = ""]) => code,
  );
}

/** Compiles code against the real packages, as if it stood in this folder; answers what the compiler complains of. */
function complaintsAbout(blocks: readonly string[]): string {
  const folder = mkdtempSync(join(root, "apps/api/test/.readme-"));
  try {
    writeFileSync(join(folder, "given.ts"), GIVEN);
    for (const [index, code] of blocks.entries())
      writeFileSync(join(folder, `block-${index}.ts`), `${code}\nexport {};\n`);
    const compilerOptions = {
      types: ["node"],
      lib: ["es2024", "esnext.disposable"],
      noEmit: true,
      noUnusedLocals: false,
      paths: { "@ai-config/api": ["../../src/router.ts"] },
    };
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ extends: "../../../../tsconfig.base.json", compilerOptions, include: ["*.ts"] }),
    );
    const { stdout, status } = spawnSync(join(root, "node_modules/.bin/tsc"), ["-p", folder], {
      encoding: "utf8",
    });
    return status === 0 ? "" : stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("every TypeScript example of the README compiles against the packages as they are", () => {
  const blocks = blocksOf("ts");
  expect(blocks.length).toBeGreaterThanOrEqual(5);
  expect(complaintsAbout(blocks)).toBe("");
});

test("an example that stopped compiling is noticed", () => {
  const [first = ""] = blocksOf("ts").filter((code) => code.includes("configuration.effective"));
  expect(complaintsAbout([first.replaceAll("temperature", "temprature")])).toContain("temprature");
});

test("the catalogue file of the README is one, and corrects what it says", () => {
  const [file = ""] = blocksOf("json").filter((text) => text.includes('"multipliers"'));
  const parsed = parseCatalogueFile(JSON.parse(file));
  if (!parsed.success) throw new Error(JSON.stringify(parsed.errors));
  expect(parsed.data.models["claude-sonnet-4-5-20250929"]?.outputLimit).toBe(64_000);
  expect(Object.values(parsed.data.multipliers)).toEqual([0.85]);
});

/** What is read beside the API's own: the environment layer, which config-core knows. */
const LAYER = [
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_MODEL",
  "ANTHROPIC_TEMPERATURE",
  "ANTHROPIC_MAX_TOKENS",
  "ANTHROPIC_API_BASE_URL",
];

test("every variable that is read is in .env.example, and no other", () => {
  const documented = [...example.matchAll(/^(?:# )?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name);
  expect(documented.toSorted()).toEqual([...VARIABLES, ...LAYER].toSorted());
});

test("every variable of the README's table is read, and the layer's are those of config-core", () => {
  const [, table = ""] = readme.split("## Environment variables");
  const named = [...(table.split("\n## ")[0] ?? "").matchAll(/^\|([^|]+)\|/gm)].flatMap(([, cell = ""]) =>
    [...cell.matchAll(/`([A-Z_]+)`/g)].map(([, name = ""]) => name),
  );
  expect(named.length).toBeGreaterThan(15);
  for (const name of named) expect([...VARIABLES, ...LAYER]).toContain(name);
  const source = readFileSync(
    join(root, "packages/config-core/src/configuration-from-environment.ts"),
    "utf8",
  );
  expect([...new Set(source.match(/ANTHROPIC_[A-Z_]+/g))].toSorted()).toEqual(LAYER.toSorted());
});
