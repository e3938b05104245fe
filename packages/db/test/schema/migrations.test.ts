import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import { expect, test } from "vitest";

import configuration from "../../drizzle.config.ts";
import { dumpSchema } from "../../scripts/schema-dump.ts";
import { createTestDatabase } from "../../src/testing/index.ts";

const packageFolder = fileURLToPath(new URL("../..", import.meta.url));

test("the committed dump is what the migrations add up to", async () => {
  await using test = await createTestDatabase();
  const committed = readFileSync(`${packageFolder}schema.sql`, "utf8");
  expect(
    (await dumpSchema(test.owner)) === committed,
    "schema.sql is stale. Run: pnpm --filter @ai-config/db dump-schema",
  ).toBe(true);
});

test("the tables in TypeScript are the ones of the migrations", async () => {
  const folder = `${packageFolder}migrations/meta/`;
  const newest = readdirSync(folder)
    .filter((name) => name.endsWith("_snapshot.json"))
    .sort()
    .at(-1);
  const snapshot = JSON.parse(readFileSync(`${folder}${newest}`, "utf8"));
  const files = [configuration.schema ?? []].flat();
  const modules = await Promise.all(files.map((file) => import(`${packageFolder}${file}`)));
  const current = generateDrizzleJson(Object.assign({}, ...modules), snapshot.id);
  expect(
    await generateMigration(snapshot, current),
    "Run: pnpm --filter @ai-config/db exec drizzle-kit generate",
  ).toEqual([]);
});
