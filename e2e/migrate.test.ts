import { randomBytes } from "node:crypto";
import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import { afterAll, beforeAll, expect, inject, test } from "vitest";

import { runScript } from "./support/run-script.ts";
import { freePort } from "./support/start-product.ts";

let database: TestDatabase;
const empty = `unmigrated_${randomBytes(8).toString("hex")}`;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.owner.unsafe(`create database ${empty} template template0`);
});
afterAll(async () => {
  await database.owner.unsafe(`drop database if exists ${empty} with (force)`);
  await database[Symbol.asyncDispose]();
});

const migrate = (env: Record<string, string>) => runScript("apps/api/src/migrate-main.ts", env);
function urlWith(change: (url: URL) => void): string {
  const url = new URL(database.ownerUrl);
  change(url);
  return url.href;
}

test("db:migrate makes the schema and the login, and a second run finds nothing to do", async () => {
  const env = {
    MIGRATION_DATABASE_URL: urlWith((url) => (url.pathname = `/${empty}`)),
    AI_CONFIG_APP_PASSWORD: ` ${inject("testServer").appPassword} `,
  };
  const first = await migrate(env);
  expect([first.code, first.output]).toEqual([
    0,
    expect.stringMatching(/^Applied \d+ database migrations\.\n$/),
  ]);
  expect(await migrate(env)).toEqual({ code: 0, output: "The database is up to date.\n" });
  const { AI_CONFIG_APP_PASSWORD: _, ...withoutPassword } = env;
  expect((await migrate(withoutPassword)).output).toContain("Set AI_CONFIG_APP_PASSWORD to make or change");
});

test.each([
  [
    "nothing",
    () => "",
    78,
    "MIGRATION_DATABASE_URL: Must be set to a connection as the owner of the schema.",
  ],
  [
    "no address",
    () => "s3cret-nonsense",
    78,
    "MIGRATION_DATABASE_URL: Must be an address like postgres://user",
  ],
  [
    "another kind of address",
    () => "mysql://u:s3cret@h/x",
    78,
    "MIGRATION_DATABASE_URL: Must be an address like postgres://user",
  ],
  [
    "a wrong password",
    () => urlWith((url) => (url.password = "s3cret")),
    78,
    "MIGRATION_DATABASE_URL: the database refused the login. Correct its user and password.",
  ],
  [
    "a database that is not there",
    () => urlWith((url) => (url.pathname = "/s3cret")),
    78,
    "MIGRATION_DATABASE_URL: the server has no such database. Create it, or correct the name.",
  ],
  [
    "a login that may not",
    () => database.appUrl,
    78,
    "MIGRATION_DATABASE_URL: its user may not change the schema. Connect as the owner of the schema.",
  ],
  ["a pooler", () => "postgres://u:s3cret@h:6543/x", 78, "not a transaction pooler"],
])("db:migrate with %s ends with one sentence and no secret", async (_what, urlOf, expected, sentence) => {
  const { code, output } = await migrate({ MIGRATION_DATABASE_URL: urlOf() });
  expect([code, output]).toEqual([expected, expect.stringContaining(sentence)]);
  expect(output.trim().split("\n")).toHaveLength(1);
  expect(output).not.toContain("s3cret");
});

test("db:migrate on a server that is away says so and may be tried again", async () => {
  const url = `postgres://owner:s3cret@127.0.0.1:${await freePort()}/x`;
  expect(await migrate({ MIGRATION_DATABASE_URL: url })).toEqual({
    code: 1,
    output: "The database cannot be reached. Try again in a moment. (ECONNREFUSED)\n",
  });
});
