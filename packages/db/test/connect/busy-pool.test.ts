import { afterAll, beforeAll, expect, test } from "vitest";

import { asActor, connect, type Database, sql } from "../../src/index.ts";
import { createTestDatabase, type TestDatabase } from "../../src/testing/index.ts";

const CALLERS = 24;
const ROUNDS = 40;

let db: TestDatabase;
let database: Database;
beforeAll(async () => {
  db = await createTestDatabase();
  database = connect({ url: db.appUrl, maxConnections: 2 });
});
afterAll(async () => {
  await database?.close();
  await db?.[Symbol.asyncDispose]();
});

test("a transaction that begins while every connection is busy has one for itself", async () => {
  const client = database.db.$client;
  /** Whose transaction a statement finds itself in. */
  const NAME = "select nullif(current_setting('app.actor_name', true), '') as name";
  const alone = async () => {
    const [row] = await client.unsafe<{ name: string | null }[]>(NAME, [], { prepare: true });
    return row?.name;
  };
  const inTransaction = (name: string) =>
    asActor(database, { type: "service", name }, async (tx) => {
      const [row] = await tx.execute<{ name: string | null }>(sql.raw(NAME));
      return row?.name;
    });
  const found = await Promise.all(
    Array.from({ length: CALLERS }, async (_, caller) => {
      const names = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        names.push(await (caller % 3 === 0 ? inTransaction(`caller ${caller}`) : alone()));
      }
      return [...new Set(names)];
    }),
  );
  expect(found).toEqual(
    Array.from({ length: CALLERS }, (_, caller) => [caller % 3 === 0 ? `caller ${caller}` : null]),
  );
});
