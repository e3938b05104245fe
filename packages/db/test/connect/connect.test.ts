import { sql } from "drizzle-orm";
import { expect, test } from "vitest";

import { connect } from "../../src/connect.ts";
import { describeDatabaseError, isDatabaseUnavailable, sqlStateOf } from "../../src/sql-state.ts";
import { createTestDatabase } from "../../src/testing/index.ts";

test("a connection is the application's own login, with timeouts and a name", async () => {
  await using scratch = await createTestDatabase();
  const [row] = await scratch.database.db.execute(sql`
    select current_user as login, current_setting('statement_timeout') as statement,
      current_setting('lock_timeout') as lock,
      current_setting('idle_in_transaction_session_timeout') as idle,
      current_setting('application_name') as application`);
  expect(row).toEqual({
    login: "ai_config_app",
    statement: "5s",
    lock: "2s",
    idle: "10s",
    application: "ai-config test",
  });
});

test("behind a transaction pooler nothing is prepared, and the login brings the timeouts", async () => {
  await using scratch = await createTestDatabase();
  const pooled = connect({ url: `${scratch.appUrl}?pgbouncer=true`, maxConnections: 1 });
  try {
    for (let round = 0; round < 3; round++) await pooled.db.$client`select ${round}::int`;
    const [row] = await pooled.db.$client`
      select current_setting('statement_timeout') as statement,
        (select count(*)::int from pg_prepared_statements) as prepared`;
    expect(row).toEqual({ statement: "5s", prepared: 0 });
  } finally {
    await pooled.close();
  }
});

test("64-bit integers keep every digit", async () => {
  await using scratch = await createTestDatabase();
  const { $client } = scratch.database.db;
  const [row] = await $client`select ${9_007_199_254_740_993n}::bigint as large`;
  expect(row).toEqual({ large: 9_007_199_254_740_993n });
});

test("a given role is taken on by every connection", async () => {
  await using scratch = await createTestDatabase();
  await scratch.owner`create role ${scratch.owner(`role_${process.pid}`)}`;
  const database = connect({ url: scratch.ownerUrl, role: `role_${process.pid}`, maxConnections: 1 });
  try {
    const [row] = await database.db.execute(sql`select current_user as role`);
    expect(row).toEqual({ role: `role_${process.pid}` });
  } finally {
    await database.close();
    await scratch.owner`drop role ${scratch.owner(`role_${process.pid}`)}`;
  }
});

test("a connection that is lost in the middle of a transaction fails that transaction and nothing else", async () => {
  await using scratch = await createTestDatabase();
  const { database, owner } = scratch;
  for (let round = 0; round < 5; round++) {
    const lost = database.db.transaction(async (tx) => {
      const [session] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
      await owner`select pg_terminate_backend(${session?.pid ?? 0})`;
      await tx.execute(sql`select pg_sleep(1)`);
    });
    await expect(lost).rejects.toSatisfy(isDatabaseUnavailable);
    const after = await Promise.all(
      Array.from({ length: 20 }, () => database.db.execute(sql`select 1 as one`)),
    );
    expect(after.every(([row]) => row?.one === 1)).toBe(true);
  }
});

test("a transaction whose connection was lost never speaks in the transaction of somebody else", async () => {
  await using scratch = await createTestDatabase();
  const single = connect({ url: scratch.appUrl, maxConnections: 1 });
  let goOn: () => void = () => {};
  const pause = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let leaked: unknown = "nothing";
  const lost = single.db.transaction(async (tx) => {
    const [session] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
    await scratch.owner`select pg_terminate_backend(${session?.pid ?? 0})`;
    await pause;
    [leaked] = await tx.execute(sql`select current_setting('test.identity', true) as identity`);
  });
  await expect(lost).rejects.toSatisfy(isDatabaseUnavailable);
  await single.db.transaction(async (tx) => {
    await tx.execute(sql`select set_config('test.identity', 'somebody else', true)`);
    goOn();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const [row] = await tx.execute(sql`select current_setting('test.identity', true) as identity`);
    expect(row).toEqual({ identity: "somebody else" });
  });
  expect(leaked).toBe("nothing");
  await single.close();
});

test("a statement that takes too long is ended by the server, and that is no outage", async () => {
  await using scratch = await createTestDatabase();
  const slow = scratch.database.db.transaction(async (tx) => {
    await tx.execute(sql`set local statement_timeout = 50`);
    await tx.execute(sql`select pg_sleep(10)`);
  });
  const error = await slow.catch((caught: unknown) => caught);
  expect(sqlStateOf(error)).toBe("57014");
  expect(isDatabaseUnavailable(error)).toBe(false);
});

test("without a server queries and pings fail soon, and say that the database is away", async () => {
  const nowhere = connect({ url: "postgres://nobody:nothing@127.0.0.1:9/none" });
  const before = performance.now();
  for (let round = 0; round < 4; round++) {
    const error = await nowhere.db.execute(sql`select 1`).catch((caught: unknown) => caught);
    expect(isDatabaseUnavailable(error)).toBe(true);
    expect(describeDatabaseError(error)).toEqual({ connection: "ECONNREFUSED" });
    await expect(nowhere.ping()).rejects.toSatisfy(isDatabaseUnavailable);
  }
  expect(performance.now() - before).toBeLessThan(5_000);
  await nowhere.close();
});

test("a ping succeeds while the whole pool is busy", async () => {
  await using scratch = await createTestDatabase();
  const small = connect({ url: scratch.appUrl, maxConnections: 1 });
  const pending = Symbol("pending");
  const busy = small.db.execute(sql`select pg_sleep(3)`);
  await small.ping();
  expect(await Promise.race([busy, Promise.resolve(pending)])).toBe(pending);
  await busy;
  await small.close();
});
