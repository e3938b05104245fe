import { randomUUID } from "node:crypto";
import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { AdmissionStore, BudgetAlert, ScopeLimits } from "../src/admission/admission-store.ts";
import { createRedisStore } from "../src/admission/redis/redis-store.ts";
import type { SendCommand } from "../src/index.ts";
import { createPostgresLedger } from "../src/ledger/postgres-ledger.ts";
import { limitsOf, spend } from "../testing/admission/admission-kit.ts";
import { startRedis, type TestRedis } from "../testing/redis/start-redis.ts";
import { ledgerOf } from "./support/ledger-of.ts";

let redis: TestRedis;
let db: TestDatabase;
beforeAll(async () => {
  [redis, db] = await Promise.all([startRedis(), createTestDatabase()]);
});
afterAll(async () => {
  await redis?.stop();
  await db?.[Symbol.asyncDispose]();
});

const HOUR = 3_600_000;

async function limited(): Promise<ScopeLimits> {
  const now = Date.now();
  const windows = [{ start: new Date(now - HOUR), end: new Date(now + HOUR) }];
  return limitsOf(
    { kind: "user", id: await db.createUser() },
    { budgets: [{ period: "weekly", limit: "2.00", enforcement: "block", thresholds: [0.5, 0.9], windows }] },
  );
}

const rowsOf = async ({ scope }: ScopeLimits) => [
  ...(await db.owner`
    select period, threshold::float8 as threshold, limit_usd::text as "limit", spent::text as spent, starts_at as "startsAt",
      resets_at as "resetsAt" from public.budget_alerts where user_id = ${scope.id} order by threshold`),
];

test("each threshold is one row in the database, whoever crosses it and however many do at once", async () => {
  const prefix = `{test-${randomUUID()}}`;
  const ledger = createPostgresLedger({ database: db.database });
  const failures: unknown[] = [];
  const stores = await Promise.all(
    [1, 2, 3].map(async () =>
      createRedisStore({
        send: await redis.connect(),
        prefix,
        ledger,
        onWriteError: (error) => failures.push(error),
      }),
    ),
  );
  const user = await limited();
  await Promise.all(
    Array.from({ length: 19 }, (_, call) => spend(stores[call % 3] as AdmissionStore, user, "0.1")),
  );
  await Promise.all(stores.map((store) => store.close()));
  await ledger.close();
  const [budget] = user.budgets;
  const window = { startsAt: budget?.windows[0]?.start, resetsAt: budget?.windows[0]?.end };
  expect(await rowsOf(user)).toEqual([
    { period: "weekly", threshold: 0.5, limit: "2.00", spent: "1", ...window },
    { period: "weekly", threshold: 0.9, limit: "2.00", spent: "1.8", ...window },
  ]);
  expect(failures).toEqual([]);
});

test("whoever looks finds in the database what a lowered limit made due, and who never called leaves no key", async () => {
  const prefix = `{test-${randomUUID()}}`;
  const ledger = createPostgresLedger({ database: db.database });
  const [send, other] = await Promise.all([redis.connect(), redis.connect()]);
  const [store, twin] = [send, other].map((each) => createRedisStore({ send: each, prefix, ledger })) as [
    AdmissionStore,
    AdmissionStore,
  ];
  const user = await limited();
  const [budget] = user.budgets;
  if (budget === undefined) throw new Error("It has a budget.");
  const lowered = { ...user, budgets: [{ ...budget, limit: "0.50" }] };
  await spend(store, user, "0.45");
  expect(await store.review([user])).toMatchObject({ alerts: [] });
  const { alerts } = await twin.review([lowered]);
  const due = { limit: "0.50", spent: "0.45" };
  expect(alerts).toMatchObject([
    { threshold: 0.5, ...due },
    { threshold: 0.9, ...due },
  ]);
  expect(await rowsOf(user)).toMatchObject([
    { threshold: 0.5, ...due },
    { threshold: 0.9, ...due },
  ]);
  const keys = await keptKeys(send, prefix);
  for (let stranger = 0; stranger < 20; stranger += 1) {
    const { scope } = await limited();
    expect(await store.review([{ ...lowered, scope }])).toMatchObject({ alerts: [] });
  }
  expect(await keptKeys(send, prefix)).toEqual(keys);
  await Promise.all([store.close(), twin.close()]);
  await ledger.close();
});

test("an alert that could not be kept waits in Redis, and is kept by whoever sweeps", async () => {
  let now = Date.now();
  const prefix = `{test-${randomUUID()}}`;
  const lost: BudgetAlert[] = [];
  const store = createRedisStore({
    send: await redis.connect(),
    prefix,
    now: () => now,
    ledger: ledgerOf({
      writeAlert: async (alert) => {
        lost.push(alert);
        throw new Error("The ledger is away.");
      },
    }),
  });
  const user = await limited();
  await spend(store, user, "1.9000000000000000000000000001");
  await store.close();
  expect(lost).toHaveLength(2);

  const found: BudgetAlert[] = [];
  const ledger = createPostgresLedger({ database: db.database });
  const other = createRedisStore({
    send: await redis.connect(),
    prefix,
    now: () => now,
    ledger: ledgerOf({
      writeAlert: async (alert) => {
        found.push(alert);
        await ledger.writeAlert(alert);
      },
    }),
  });
  await other.sweep();
  // Its own process may be writing it at this moment.
  expect(found).toEqual([]);
  now += 60_000;
  await other.sweep();
  const byThreshold = (one: BudgetAlert, two: BudgetAlert) => one.threshold - two.threshold;
  expect(found.toSorted(byThreshold)).toEqual(
    lost.toSorted(byThreshold).map((one) => ({ ...one, limit: "2" })),
  );
  const spent = "1.9000000000000000000000000001";
  expect(await rowsOf(user)).toMatchObject([
    { threshold: 0.5, spent },
    { threshold: 0.9, spent },
  ]);
  await other.sweep();
  expect(found).toHaveLength(2);
});

/** All keys but the outbox, which is emptied a moment after each call. */
async function keptKeys(send: SendCommand, prefix: string): Promise<string[]> {
  const keys = (await send(["KEYS", `${prefix}:*`])) as string[];
  return keys.filter((key) => key !== `${prefix}:outbox`).toSorted();
}
