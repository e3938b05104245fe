import { randomUUID } from "node:crypto";

import { connect, type Database } from "@ai-config/db";
import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { AdmissionStore, BudgetLimit, ScopeLimits } from "../src/admission/admission-store.ts";
import { createPostgresStore } from "../src/admission/postgres-store.ts";
import { HOUR, limitsOf, spend } from "../testing/admission/admission-kit.ts";
import { budgetFrom } from "../testing/admission/describe-late-windows.ts";

let db: TestDatabase;
let elsewhere: Database;
let store: AdmissionStore;
let twin: AdmissionStore;
beforeAll(async () => {
  db = await createTestDatabase();
  elsewhere = connect({ url: db.appUrl, applicationName: "another process" });
  store = createPostgresStore({ database: db.database });
  twin = createPostgresStore({ database: elsewhere });
});
afterAll(async () => {
  await Promise.all([store?.close(), twin?.close()]);
  await elsewhere?.close();
  await db?.[Symbol.asyncDispose]();
});

/** An account of which `spent` is spent today, under whichever limit of the day. */
async function startSpent(spent: string) {
  const scope = { kind: "user", id: randomUUID() } as const;
  const start = Date.now() - HOUR;
  const withLimit = (limit: string, given: Partial<BudgetLimit> = {}): ScopeLimits =>
    limitsOf(scope, { budgets: [budgetFrom(start, { thresholds: [0.5, 0.8], limit, ...given })] });
  await spend(store, withLimit("100"), spent);
  return { withLimit, key: `user:${scope.id}`, id: scope.id };
}

const rowsOf = async (id: string) => [
  ...(await db.owner`
    select threshold::float8 as threshold, trim_scale(limit_usd)::text as "limit", trim_scale(spent)::text as spent
    from public.budget_alerts where user_id = ${id} order by threshold`),
];
const tallyOf = async (key: string) => {
  const [row] = await db.owner`
    select tally_rule, tally_window_ids, tally_left, tally_due, running, empty_at from private.admission_scopes
    where scope = ${key}`;
  return row;
};

test("an alert that a lowered limit made due is one row, however many processes look at once", async () => {
  const { withLimit, id } = await startSpent("9");
  const lowered = withLimit("10");
  await Promise.all(
    Array.from({ length: 50 }, (_, index) => (index % 2 === 0 ? store : twin).review([lowered])),
  );
  expect(await rowsOf(id)).toEqual([
    { threshold: 0.5, limit: "10", spent: "9" },
    { threshold: 0.8, limit: "10", spent: "9" },
  ]);
  await store.review([withLimit("100")]);
  expect(await rowsOf(id)).toHaveLength(2);
});

test("who never called leaves no row, however low the limit", async () => {
  const strangers = Array.from({ length: 50 }, () => randomUUID());
  const budgets = [budgetFrom(Date.now() - HOUR, { limit: "0", thresholds: [0, 1] })];
  await Promise.all(strangers.map((id) => store.review([limitsOf({ kind: "user", id }, { budgets })])));
  const keys = strangers.map((id) => `user:${id}`);
  expect([
    ...(await db.owner`
      select scope from private.admission_scopes where scope = any (${keys})
      union all select scope from private.budget_windows where scope = any (${keys})`),
  ]).toEqual([]);
});

test("where nothing is due nobody is waited for, and the tally that calls are decided by stays", async () => {
  const { withLimit, key } = await startSpent("9");
  const before = await tallyOf(key);
  expect(before).toMatchObject({ tally_rule: expect.any(String) });
  await db.owner.begin(async (tx) => {
    await tx`select private.lock_scopes(${[key]})`;
    const warning = withLimit("100", { enforcement: "warn" });
    expect(await store.review([warning])).toMatchObject({ budgets: [{ spent: "9" }], alerts: [] });
  });
  expect(await tallyOf(key)).toEqual(before);
});

/** Spends as a process does that ends in that moment: its record is kept from its own writer. */
async function spendAndEnd(limits: ScopeLimits, cost: string): Promise<void> {
  const record = `%${limits.scope.id}%`;
  const ending = createPostgresStore({ database: elsewhere });
  await db.owner.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtextextended('ledger', 7))`;
    await spend(ending, limits, cost);
    await tx`update private.pending_calls set problem = '00000' where record like ${record}`;
  });
  await ending.close();
  await db.owner`update private.pending_calls set problem = null where record like ${record}`;
}

test("a window that a look begins misses nothing that is spent under limits which do not name it", async () => {
  const { withLimit, key } = await startSpent("9");
  await spendAndEnd(withLimit("100"), "1");
  expect(await tallyOf(key)).toMatchObject({ tally_rule: expect.any(String) });
  const both = withLimit("100");
  const [daily] = both.budgets;
  if (daily === undefined) throw new Error("It has a budget.");
  const weekly = limitsOf(both.scope, { budgets: [{ ...daily, period: "weekly" }] });
  expect(await store.review([weekly])).toMatchObject({ budgets: [{ spent: "10" }], alerts: [] });
  await spend(twin, withLimit("100"), "2");
  expect(await store.status([weekly])).toMatchObject([{ spent: "12" }]);
});

test("what is settled and not in the ledger yet counts where a window begins in its middle", async () => {
  const { withLimit, id, key } = await startSpent("9");
  await spendAndEnd(withLimit("100"), "1");
  await db.owner`delete from private.admission_scopes where scope = ${key}`;
  await db.owner`delete from private.budget_windows where scope = ${key}`;
  expect(await store.review([withLimit("12.5")])).toMatchObject({
    budgets: [{ spent: "10" }],
    alerts: [
      { threshold: 0.5, spent: "10" },
      { threshold: 0.8, spent: "10" },
    ],
  });
  expect(await rowsOf(id)).toHaveLength(2);
});
