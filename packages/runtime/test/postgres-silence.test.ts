import { randomUUID } from "node:crypto";

import { connect, type Database } from "@ai-config/db";
import {
  createTestDatabase,
  type SilentProxy,
  startSilentProxy,
  type TestDatabase,
} from "@ai-config/db/testing";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

import { createPostgresStore } from "../src/admission/postgres-store.ts";
import { admit, ask, HOUR, limitsOf, settle, spend } from "../testing/admission/admission-kit.ts";

const ANSWER_MS = 500;

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

const makeUser = () => {
  const windows = [{ start: new Date(Date.now() - HOUR), end: new Date(Date.now() + HOUR) }];
  const budget = { period: "daily", limit: "100", enforcement: "block", thresholds: [], windows } as const;
  return limitsOf({ kind: "user", id: randomUUID() }, { budgets: [budget] });
};
const unavailable = { code: "DATABASE_UNAVAILABLE" };

test("a connection that goes silent costs those who asked by it an answer, and nobody after them", async () => {
  const store = createPostgresStore({ database });
  const [user, other] = [makeUser(), makeUser()];
  await admit(store, ask(user));
  const request = ask(user);
  const admission = await admit(store, request);
  // As many connections as are asked by below.
  await Promise.all(Array.from({ length: 3 }, () => database.db.$client`select pg_sleep(0.1)`));
  proxy.silence();
  const asked = [store.admit(ask(user)), store.sweep(), store.status([user])];
  // It waits behind the first one.
  await new Promise((resolve) => setTimeout(resolve, 50));
  const behind = store.admit(ask(other));
  expect(await Promise.allSettled(asked)).toMatchObject(
    asked.map(() => ({ status: "rejected", reason: unavailable })),
  );
  expect(await behind).toMatchObject({ isAdmitted: true });
  expect(await settle(store, admission, request, "0.1")).toMatchObject({ isBooked: true });
  await store.close();
  expect(
    await db.owner`select cost::float8 as cost from public.ai_usage_events where id = ${request.id}`,
  ).toEqual([{ cost: 0.1 }]);
});

test("a record whose writing went silent is written a moment later", async () => {
  const lines: unknown[] = [];
  const store = createPostgresStore({ database, log: (_, __, details) => lines.push(details) });
  const user = makeUser();
  await spend(store, user, "0.1");
  await spend(store, user, "0.2");
  proxy.silence();
  const written = async () =>
    (
      await db.owner`select count(*)::int as calls from public.ai_usage_events where user_id = ${user.scope.id}`
    )[0]?.calls;
  await expect.poll(written, { timeout: 5_000 }).toBe(2);
  expect(lines).toMatchObject([{ code: "RECORDS_LATE", cause: "DATABASE_UNAVAILABLE" }]);
  await store.close();
});

test("who closes a store whose database is silent waits no longer than told, and hears what may not be booked", async () => {
  const stuck = connect({ url: proxy.url, answerTimeoutMs: null, maxConnections: 1 });
  const lines: unknown[] = [];
  const store = createPostgresStore({ database: stuck, log: (_, __, details) => lines.push(details) });
  const user = makeUser();
  await admit(store, ask(user));
  const request = ask(user);
  const admission = await admit(store, request);
  await settle(store, admission, request, "0.1");
  proxy.silence();
  const asked = expect(store.admit(ask(user))).rejects.toMatchObject(unavailable);
  const began = performance.now();
  await store.close(300);
  expect(performance.now() - began).toBeLessThan(1_000);
  expect(lines).toMatchObject([
    { code: "COSTS_NOT_BOOKED", count: 1, calls: [{ id: request.id, cost: "0.1" }] },
  ]);
  await stuck.close();
  await asked;
});
