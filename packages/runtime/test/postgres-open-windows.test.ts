import { randomUUID } from "node:crypto";

import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { AdmissionRequest, Admitted, ScopeLimits } from "../src/admission/admission-store.ts";
import { createPostgresStore } from "../src/admission/postgres-store.ts";
import { admit, ask, HOUR, limitsOf, refuse, settle, spend } from "../testing/admission/admission-kit.ts";

let db: TestDatabase;
let store: ReturnType<typeof createPostgresStore>;
beforeAll(async () => {
  db = await createTestDatabase();
  store = createPostgresStore({ database: db.database });
});
afterAll(async () => {
  await store?.close();
  await db?.[Symbol.asyncDispose]();
});

const NOW = Date.now();
/** A day that began so many hours ago, as it does in one time zone or another. */
const day = (hoursAgo: number, limit = "10") =>
  ({
    period: "daily",
    limit,
    enforcement: "block",
    thresholds: [],
    windows: [{ start: new Date(NOW - hoursAgo * HOUR), end: new Date(NOW + (24 - hoursAgo) * HOUR) }],
  }) as const;
const user = () => ({ kind: "user", id: randomUUID() }) as const;

test("calls that cost nothing are settled beside those that do, without a word about them", async () => {
  const [one, other] = [user(), user()];
  const rich = limitsOf(one, { budgets: [day(3, "1000")] });
  const poor = limitsOf(other, { budgets: [{ ...day(3), thresholds: [0.5] }] });
  await spend(store, rich, "700");
  const counting = ask({ ...rich, budgets: [], whole: rich });
  const counted = await admit(store, counting);
  const paid = ask(poor, { reserve: "1" });
  const admission = await admit(store, paid);
  const [, settled] = await Promise.all([
    settle(store, counted, counting, "0"),
    settle(store, admission, paid, "1"),
  ]);
  expect(settled).toMatchObject({ budgets: [{ spent: "1" }], alerts: [] });
  expect((await spend(store, poor, "5")).alerts).toMatchObject([{ threshold: 0.5, spent: "6" }]);
});

test("a call that is refused leaves the bucket at the rate that the next ones are counted by", async () => {
  const scope = user();
  const rated = (perMinute: number) =>
    limitsOf(scope, { rate: { perMinute, burst: 10 }, budgets: [day(3, "1")] });
  const tooDear = (limits: ScopeLimits) => store.admit(ask(limits, { reserve: "2" }));
  expect(await tooDear(rated(60))).toMatchObject({ refusal: { limit: "dailyBudget" } });
  for (let call = 0; call < 5; call += 1) {
    await admit(store, ask(rated(60)));
    expect(await tooDear(rated(60))).toMatchObject({ refusal: { limit: "dailyBudget" } });
  }
  // Ten at once and one of this second, at whatever rate the account was before.
  let admitted = 5;
  for (let call = 0; call < 20; call += 1) {
    if ((await store.admit(ask(rated(60)))).isAdmitted) admitted += 1;
    await tooDear(rated(60));
  }
  expect(admitted).toBeGreaterThanOrEqual(11);
  expect(admitted).toBeLessThanOrEqual(13);
  expect(await refuse(store, ask(rated(60)))).toMatchObject({ limit: "requestsPerMinute" });
});

test("an organization's tally is its members' together, whatever object each has for its limits", async () => {
  const pool = { kind: "organization", id: randomUUID() } as const;
  const scopes = [user(), user()].map((each) => () => [
    limitsOf(each, { concurrency: 9 }),
    limitsOf(pool, { concurrency: 9, budgets: [day(3)] }),
  ]);
  const both = () => scopes.map((make) => ask(make(), { reserve: "0.1" }));
  const rule = async () => {
    const [row] = await db.owner`select tally_rule, running from private.admission_scopes
      where scope = ${`organization:${pool.id}`}`;
    return row;
  };
  for (let turn = 1; turn <= 3; turn += 1) {
    const requests = both();
    await Promise.all(requests.map((request) => admit(store, request)));
    expect(await rule()).toEqual({ tally_rule: expect.any(String), running: 2 * turn });
  }
});

test("two windows that are made at once for the two scopes of a call that runs both hold it", async () => {
  const [account, other] = [user(), user()];
  const [pool, elsewhere] = [randomUUID(), randomUUID()].map((id) => ({ kind: "organization", id }) as const);
  if (pool === undefined || elsewhere === undefined) throw new Error("There are two organizations.");
  const request = ask([limitsOf(account), limitsOf(pool)], { reserve: "5" });
  const running = await admit(store, request);
  let later: Promise<unknown> | undefined;
  // A call of the same account in another organization makes the account's window, and is not done with it yet.
  await db.owner.begin(async (tx) => {
    const scopes = [`user:${account.id}`, `organization:${elsewhere.id}`];
    await tx`select private.lock_scopes(${scopes})`;
    await tx`select private.budget_window_id(${`user:${account.id}`}, 'daily', ${NOW - 3 * HOUR}, ${NOW + 21 * HOUR})`;
    later = admit(store, ask([limitsOf(other), limitsOf(pool, { budgets: [day(3)] })], { reserve: "1" }));
    await expect
      .poll(async () => {
        const [row] = await db.owner`select count(*)::int as waiting from pg_stat_activity
          where wait_event_type = 'Lock' and query like '%admit_call%'`;
        return row?.waiting;
      })
      .toBe(1);
  });
  await later;
  await settle(store, running, request, "2");
  const states = await store.status([account, pool].map((scope) => limitsOf(scope, { budgets: [day(3)] })));
  expect(states).toMatchObject([
    { spent: "2", reserved: "0" },
    { spent: "2", reserved: "1" },
  ]);
});

test("a window that a refused call has made counts those that are decided by the tally after it", async () => {
  const scope = user();
  const usual = limitsOf(scope, { budgets: [day(3)] });
  await spend(store, usual, "1");
  // Two budgets of one window have no tally.
  const twice = limitsOf(scope, { budgets: [day(5), day(5, "0.5")] });
  await refuse(store, ask(twice, { reserve: "9" }));
  await spend(store, usual, "2");
  expect(await store.status([usual, limitsOf(scope, { budgets: [day(5)] })])).toMatchObject([
    { spent: "3" },
    { spent: "3" },
  ]);
});

test("a window that is told with another end, as London's and UTC's are in spring, holds calls all the same", async () => {
  const scope = user();
  const start = new Date(NOW - 3 * HOUR);
  const until = (end: number, limit = "10") =>
    limitsOf(scope, { budgets: [{ ...day(3, limit), windows: [{ start, end: new Date(end) }] }] });
  const end = Date.now() + 700;
  await spend(store, until(end), "1");
  await expect.poll(() => Date.now()).toBeGreaterThan(end);
  const longer = until(NOW + HOUR);
  await spend(store, longer, "4");
  const settled = await spend(store, longer, "4");
  expect(settled.budgets).toMatchObject([{ spent: "9", reserved: "0" }]);
  expect(await refuse(store, ask(longer, { reserve: "4" }))).toMatchObject({ used: "9" });
});

const ZONES = [undefined, 2, 5, 9];
const stories = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant("admit" as const),
      zone: fc.nat(3),
      poolZone: fc.nat(3),
      isPooled: fc.boolean(),
    }),
    fc.record({
      do: fc.constant("settle" as const),
      which: fc.nat(20),
      cost: fc.constantFrom("0", "0.3", "1"),
    }),
    fc.record({ do: fc.constant("fold" as const) }),
  ),
  { minLength: 3, maxLength: 25 },
);

test("whatever limits name, each window holds what the ledger has of it and what runs", async () => {
  await fc.assert(
    fc.asyncProperty(stories, async (story) => {
      const [scope, pool] = [user(), { kind: "organization", id: randomUUID() } as const];
      const keys = [`user:${scope.id}`, `organization:${pool.id}`];
      const under = (owner: ScopeLimits["scope"], zone: number) => {
        const hours = ZONES[zone];
        const week = {
          ...day(30),
          period: "weekly",
          windows: [{ start: new Date(NOW - 30 * HOUR), end: new Date(NOW + HOUR) }],
        } as const;
        return limitsOf(owner, {
          budgets: hours === undefined ? [] : [day(hours, "1000"), { ...week, limit: "1000" }],
        });
      };
      const open: [AdmissionRequest, Admitted][] = [];
      for (const step of story) {
        if (step.do === "admit") {
          const pooled = step.isPooled ? [under(pool, step.poolZone)] : [];
          const request = ask([under(scope, step.zone), ...pooled], { reserve: "1.25" });
          open.push([request, await admit(store, request)]);
        } else if (step.do === "settle") {
          const [call] = open.splice(step.which % Math.max(1, open.length), 1);
          if (call !== undefined) await settle(store, call[1], call[0], step.cost);
        } else await db.owner`select private.fold_tallies(${keys})`;
      }
      await db.owner`select private.write_pending_calls(null)`;
      await db.owner`select private.fold_tallies(${keys})`;
      const wrong = await db.owner`
        select w.scope, w.spent, w.reserved, private.ledger_cost(w.scope, w.starts_at, w.ends_at) as ledger,
          (select coalesce(sum(l.reserve), 0) from private.admission_leases l
            where l.scope = w.scope or l.other_scope = w.scope) as leased
        from private.budget_windows w where w.scope = any (${keys})
          and (w.spent <> private.ledger_cost(w.scope, w.starts_at, w.ends_at) or w.reserved <>
            (select coalesce(sum(l.reserve), 0) from private.admission_leases l
              where l.scope = w.scope or l.other_scope = w.scope))`;
      expect([...wrong]).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
