import { randomUUID } from "node:crypto";

import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { BudgetLimit, ScopeLimits } from "../src/admission/admission-store.ts";
import { createPostgresStore } from "../src/admission/postgres-store.ts";
import { createPostgresLedger } from "../src/index.ts";
import { usageColumns } from "../src/ledger/usage-columns.ts";
import { admit, ask, entryOf, HOUR, limitsOf, spend } from "../testing/admission/admission-kit.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db?.[Symbol.asyncDispose]());

const windows = [{ start: new Date(Date.now() - HOUR), end: new Date(Date.now() + HOUR) }];
const budget = (period: BudgetLimit["period"]): BudgetLimit => ({
  period,
  limit: "100",
  enforcement: "block",
  thresholds: [],
  windows,
});
const scopeOf = (kind: "user" | "organization") => limitsOf({ kind, id: randomUUID() });
const withBudgets = ({ scope }: ScopeLimits, ...periods: BudgetLimit["period"][]) =>
  limitsOf(scope, { budgets: periods.map(budget) });

/** While this runs nobody writes records. */
const whileNobodyWrites = <Value>(work: () => Promise<Value>): Promise<Value> =>
  db.owner.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtextextended('ledger', 7))`;
    return work();
  }) as Promise<Value>;

/** As a process that ended left them: calls that are booked and whose records wait. */
async function leave(scopes: readonly ScopeLimits[], calls: number, cost: string): Promise<void> {
  const entry = entryOf(ask(scopes), cost);
  await db.owner`
    insert into private.pending_calls (id, settled_at, cost, record, user_id, organization_id, started_at)
      select gen_random_uuid(), now(), ${cost}::numeric, ${usageColumns(entry)}, ${entry.userId}, ${entry.organizationId}, ${entry.startedAt}
        from generate_series(1, ${calls}::int)`;
}
const waiting = async ({ scope }: ScopeLimits) => {
  const [row] = await db.owner`
    select count(*)::int as calls from private.pending_calls where ${scope.id} in (user_id, organization_id)`;
  return row?.calls;
};

test("a settled call is known by its account and organization until the ledger has it, alone and in a batch", async () => {
  const store = createPostgresStore({ database: db.database });
  const scopes = [withBudgets(scopeOf("user"), "daily"), withBudgets(scopeOf("organization"), "daily")];
  await admit(store, ask(scopes));
  await whileNobodyWrites(async () => {
    await spend(store, scopes, "1");
    await Promise.all([spend(store, scopes, "2"), spend(store, scopes, "3")]);
    const rows = await db.owner`
      select user_id, organization_id, started_at = (record::jsonb ->> 'started_at')::timestamptz as "isStarted"
        from private.pending_calls order by cost`;
    expect([...rows]).toEqual(
      Array.from({ length: 3 }, () => ({
        user_id: scopes[0]?.scope.id,
        organization_id: scopes[1]?.scope.id,
        isStarted: true,
      })),
    );
  });
  await store.close();
});

test("figures count what waits for the ledger, and nobody who reads them waits for those who write there", async () => {
  const [user, organization, other] = [scopeOf("user"), scopeOf("organization"), scopeOf("user")];
  await leave([user, organization], 1_200, "0.01");
  await leave([other, organization], 300, "0.01");
  // What the ledger does not take is spent all the same.
  await leave([other], 1, "0.5");
  await db.owner`update private.pending_calls set problem = '23514' where cost = 0.5`;
  const store = createPostgresStore({ database: db.database });
  const ledger = createPostgresLedger({ database: db.database });
  const spent = async () => {
    const states = await store.status(
      [user, organization, other].map((one) => withBudgets(one, "daily", "monthly")),
    );
    const asked = [user, organization, other].map(({ scope }) => ({ ...states[0], scope }) as never);
    return [states.map((state) => state.spent), await ledger.spentIn(asked)];
  };
  const figures = [
    ["12", "12", "15", "15", "3.5", "3.5"],
    ["12", "15", "3.5"],
  ];
  expect(await whileNobodyWrites(spent)).toEqual(figures);
  expect(await waiting(organization)).toBe(1_500);
  // Nor do they change while what waits is written.
  await store.sweep();
  expect(await waiting(organization)).toBe(0);
  expect(await spent()).toEqual(figures);
  await db.owner`delete from private.pending_calls`;
  await Promise.all([store.close(), ledger.close()]);
});

test("what waits of one account is written in portions, and what waits of others is left", async () => {
  const [user, other] = [scopeOf("user"), scopeOf("user")];
  await leave([user], 1_200, "0.01");
  await leave([other], 3, "0.01");
  const portions = [];
  for (let portion = 0; portion < 4; portion += 1) {
    const [row] = await db.database.db
      .$client`select private.write_pending_calls_of(${[`user:${user.scope.id}`]}) as written`;
    portions.push(row?.written);
  }
  expect(portions).toEqual([500, 500, 200, 0]);
  expect([await waiting(user), await waiting(other)]).toEqual([0, 3]);
  await db.owner`delete from private.pending_calls`;
});
