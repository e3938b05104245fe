import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { asActor, connect, type Database, isDatabaseUnavailable, sql } from "../../src/index.ts";
import {
  createTestDatabase,
  type SilentProxy,
  startSilentProxy,
  type TestDatabase,
} from "../../src/testing/index.ts";

const ANSWER_MS = 400;

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db?.[Symbol.asyncDispose]());

let proxy: SilentProxy;
let database: Database;
beforeEach(async () => {
  proxy = await startSilentProxy(db.appUrl);
  database = connect({ url: proxy.url, answerTimeoutMs: ANSWER_MS });
});
afterEach(async () => {
  await database?.close();
  await proxy?.[Symbol.asyncDispose]();
});

const ask = async () => (await database.db.$client`select pg_backend_pid() as pid`)[0]?.pid as number;
/** Opens as many connections, and answers their processes. */
const open = (count: number) =>
  Promise.all(
    Array.from({ length: count }, async () => {
      const [row] = await database.db.$client`select pg_backend_pid() as pid, pg_sleep(0.1)`;
      return row?.pid as number;
    }),
  );
const failure = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

test("a statement whose connection went silent fails as where the server is away, and the next one is answered", async () => {
  const before = await open(4);
  proxy.silence();
  const began = performance.now();
  const errors = await Promise.all([failure(ask()), failure(ask())]);
  expect(errors.map(isDatabaseUnavailable)).toEqual([true, true]);
  expect(performance.now() - began).toBeLessThan(ANSWER_MS + 1_000);
  // Those that nobody asked by are not tried one after the other.
  const again = performance.now();
  expect(before).not.toContain(await ask());
  expect(performance.now() - again).toBeLessThan(ANSWER_MS);
  await expect.poll(() => proxy.connections).toBe(1);
});

test("a transaction that went silent fails, and nobody goes on in it", async () => {
  const { promise: isSilent, resolve: tell } = Promise.withResolvers<void>();
  const working = failure(
    asActor(database, { type: "service", name: "silent" }, async (tx) => {
      await tx.execute(sql`select 1`);
      proxy.silence();
      tell();
      await tx.execute(sql`select 1`);
    }),
  );
  await isSilent;
  expect(isDatabaseUnavailable(await working)).toBe(true);
  const [row] = await database.db.$client`select nullif(current_setting('app.actor_name', true), '') as name`;
  expect(row?.name).toBeNull();
});

test("who has nothing to answer, or is answered while this process is busy, is not silent", async () => {
  const pid = await ask();
  await sleep(2 * ANSWER_MS);
  expect(await ask()).toBe(pid);
  // A transaction may think between its statements.
  await asActor(database, { type: "service", name: "slow" }, async (tx) => {
    await tx.execute(sql`select 1`);
    await sleep(2 * ANSWER_MS);
    await tx.execute(sql`select 1`);
  });
  const asked = ask();
  // Until it is sent.
  await new Promise(setImmediate);
  for (const end = performance.now() + 2 * ANSWER_MS; performance.now() < end; );
  expect(await asked).toBe(pid);
});

test("a pool whose connections went silent closes, and nothing of them stays", async () => {
  await open(2);
  proxy.silence();
  const pending = failure(ask());
  await database.close();
  expect(isDatabaseUnavailable(await pending)).toBe(true);
  await expect.poll(() => proxy.connections, { timeout: 3_000 }).toBe(0);
});
