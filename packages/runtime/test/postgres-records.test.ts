import { randomUUID } from "node:crypto";

import { connect } from "@ai-config/db";
import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { AdmissionRequest, Admitted, Settlement } from "../src/admission/admission-store.ts";
import { createPostgresStore } from "../src/admission/postgres-store.ts";
import { admit, ask, entryOf, HOUR, limitsOf, spend } from "../testing/admission/admission-kit.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db?.[Symbol.asyncDispose]());

const userWith = (thresholds: readonly number[] = []) => {
  const windows = [{ start: new Date(Date.now() - HOUR), end: new Date(Date.now() + HOUR) }];
  const budget = { period: "daily", limit: "10", enforcement: "block", thresholds, windows } as const;
  return limitsOf({ kind: "user", id: randomUUID() }, { budgets: [budget] });
};

const written = async (userId: string) => [
  ...(await db.owner`select id, cost::text as cost from public.ai_usage_events where user_id = ${userId} order by cost`),
];
/** While this runs nobody writes records. */
const whileNobodyWrites = <Value>(work: () => Promise<Value>): Promise<Value> =>
  db.owner.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtextextended('ledger', 7))`;
    return work();
  }) as Promise<Value>;
const settlementOf = (request: AdmissionRequest, admission: Admitted, cost: string): Settlement => ({
  request,
  admission,
  cost,
  entry: entryOf(request, cost),
});
const waiting = async () => [
  ...(await db.owner`select id, problem from private.pending_calls order by settled_at`),
];

test("a record is in the ledger a moment after its call was booked, and at the latest when its store is closed", async () => {
  const store = createPostgresStore({ database: db.database });
  const user = userWith();
  await spend(store, user, "0.1");
  await expect.poll(() => written(user.scope.id)).toMatchObject([{ cost: "0.1" }]);
  await spend(store, user, "0.2");
  await store.close();
  expect(await written(user.scope.id)).toMatchObject([{ cost: "0.1" }, { cost: "0.2" }]);
  expect(await waiting()).toEqual([]);
});

test("records of a process that ended before it wrote them are written by whoever sweeps", async () => {
  const database = connect({ url: db.appUrl, applicationName: "ai-config that ends" });
  const ending = createPostgresStore({ database, log: () => {} });
  const user = userWith();
  await whileNobodyWrites(async () => {
    const settled = await spend(ending, user, "0.3");
    expect(settled).toMatchObject({ isBooked: true, budgets: [{ spent: "0.3", reserved: "0" }] });
    // Its own timer finds no connection any more.
    await database.close();
  });
  expect(await written(user.scope.id)).toEqual([]);

  const other = createPostgresStore({ database: db.database });
  await other.sweep();
  expect(await written(user.scope.id)).toMatchObject([{ cost: "0.3" }]);
  await other.close();
  await ending.close();
});

test("a call that waits for the ledger is neither booked nor admitted again", async () => {
  const store = createPostgresStore({ database: db.database });
  const user = userWith();
  const request = ask(user, { reserve: "0.5" });
  const admission = await admit(store, request);
  const settlement = settlementOf(request, admission, "0.4");
  await whileNobodyWrites(async () => {
    expect(await store.settle(settlement)).toMatchObject({ isBooked: true });
    expect(await waiting()).toMatchObject([{ id: request.id }]);
    await expect(store.admit(request)).rejects.toMatchObject({ issues: [{ path: "id" }] });
  });
  expect(await store.settle(settlement)).toMatchObject({ isBooked: false, budgets: [{ spent: "0.4" }] });
  expect(await written(user.scope.id)).toHaveLength(1);
  // Nor when it is there, whatever tally there is.
  await admit(store, ask(user));
  expect(await waiting()).toEqual([]);
  await expect(store.admit(request)).rejects.toMatchObject({ issues: [{ path: "id" }] });
  await store.close();
});

test.each([
  // No word that it knows, and more than one of its indexes takes.
  ['"primary"', '"tertiary"', "23514"],
  ["claude-sonnet-4-5-20250929", "x".repeat(201), "23514"],
])(
  "a record that the ledger does not take keeps no other from being written, and is kept with its problem: %s as %s",
  async (right, wrong, problem) => {
    const store = createPostgresStore({ database: db.database });
    const [user, other] = [userWith(), userWith()];
    const settlements: Settlement[] = [];
    for (const [limits, cost] of [
      [user, "0.1"],
      [other, "0.2"],
      [user, "0.3"],
    ] as const) {
      const request = ask(limits);
      settlements.push(settlementOf(request, await admit(store, request), cost));
    }
    const [, spoiled] = settlements as [Settlement, Settlement, Settlement];
    await whileNobodyWrites(async () => {
      for (const settlement of settlements) await store.settle(settlement);
      await db.owner`
      update private.pending_calls set record = replace(record, ${right}, ${wrong}) where id = ${spoiled.request.id}`;
    });
    await store.close();
    expect(await written(user.scope.id)).toMatchObject([{ cost: "0.1" }, { cost: "0.3" }]);
    expect(await written(other.scope.id)).toEqual([]);
    expect(await waiting()).toEqual([{ id: spoiled.request.id, problem }]);
    // It is booked all the same, and not again.
    expect(await store.settle(spoiled)).toMatchObject({ isBooked: false, budgets: [{ spent: "0.2" }] });
    expect(await waiting()).toEqual([{ id: spoiled.request.id, problem }]);

    // Put right, it is written with the next ones.
    await db.owner`update private.pending_calls set record = replace(record, ${wrong}, ${right}), problem = null`;
    await createPostgresStore({ database: db.database }).sweep();
    expect(await written(other.scope.id)).toMatchObject([{ id: spoiled.request.id, cost: "0.2" }]);
    expect(await waiting()).toEqual([]);
  },
);

test("what is more than an index takes is a problem of its record alone as well", async () => {
  // As of any text or number of an index that no check holds.
  await db.owner.unsafe("alter table public.ai_usage_events drop constraint ai_usage_events_texts_check");
  const store = createPostgresStore({ database: db.database });
  const [user, other] = [userWith(), userWith()];
  for (const limits of [user, other]) await spend(store, limits, "0.1");
  const long = Array.from({ length: 200 }, () => randomUUID()).join("");
  await whileNobodyWrites(async () => {
    for (const limits of [user, other]) await spend(store, limits, "0.2");
    await db.owner`update private.pending_calls set record = replace(record, 'claude-sonnet-4-5-20250929', ${long})
      where user_id = ${other.scope.id} and cost = 0.2`;
  });
  await store.close();
  expect(await written(user.scope.id)).toMatchObject([{ cost: "0.1" }, { cost: "0.2" }]);
  expect(await waiting()).toMatchObject([{ problem: "54000" }]);
  await db.owner`delete from private.pending_calls`;
});

test("a settlement that was answered and lost in a crash of the server is booked again", async () => {
  const store = createPostgresStore({ database: db.database });
  const [user, other] = [userWith(), userWith()];
  const scope = `user:${user.scope.id}`;
  await spend(store, other, "0.1");
  await admit(store, ask(user));
  const request = ask(user, { reserve: "1" });
  const admission = await admit(store, request);
  await whileNobodyWrites(async () => {
    const [before] =
      await db.owner`select to_jsonb(a) as held from private.admission_scopes a where a.scope = ${scope}`;
    const [lease] =
      await db.owner`select to_jsonb(l) as held from private.admission_leases l where l.id = ${request.id}`;
    expect(await store.settle(settlementOf(request, admission, "0.5"))).toMatchObject({ isBooked: true });
    await spend(store, other, "0.2");
    // What the server holds after a crash before it reached the disk.
    await db.owner`delete from private.pending_calls where id = ${request.id}`;
    await db.owner`delete from private.admission_scopes where scope = ${scope}`;
    await db.owner`insert into private.admission_scopes
      select * from jsonb_populate_record(null::private.admission_scopes, ${before?.held}::jsonb)`;
    await db.owner`insert into private.admission_leases
      select * from jsonb_populate_record(null::private.admission_leases, ${lease?.held}::jsonb)`;
  });
  await expect.poll(() => written(user.scope.id)).toMatchObject([{ id: request.id, cost: "0.5" }]);
  expect(await written(other.scope.id)).toMatchObject([{ cost: "0.1" }, { cost: "0.2" }]);
  expect(await store.status([user])).toMatchObject([{ spent: "0.5", reserved: "0" }]);
  await store.close();
});

test("an alert that comes due is told by the settlement that makes it due, once", async () => {
  const store = createPostgresStore({ database: db.database });
  const user = userWith([0.5]);
  const settled = [];
  for (const cost of ["1", "3.9", "0.1", "1"]) settled.push(await spend(store, user, cost));
  expect(settled.map(({ alerts }) => alerts.map(({ threshold, spent }) => [threshold, spent]))).toEqual([
    [],
    [],
    [[0.5, "5"]],
    [],
  ]);
  await store.close();
});
