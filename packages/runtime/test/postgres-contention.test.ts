import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";

import { sumUsd } from "@ai-config/config-core";
import { connect } from "@ai-config/db";
import { createTestDatabase } from "@ai-config/db/testing";
import { expect, test } from "vitest";

import type { AdmissionStore, ScopeLimits } from "../src/admission/admission-store.ts";
import { createPostgresStore } from "../src/admission/postgres-store.ts";
import { ask, HOUR, limitsOf, settle } from "../testing/admission/admission-kit.ts";

const USERS = 12;
const ORGANIZATIONS = 6;
const PROCESSES = 4;
const CALLS = 1_600;
const APPLICATION = "ai-config contention";

function limits(kind: "user" | "organization"): ScopeLimits {
  const windows = [{ start: new Date(Date.now() - HOUR), end: new Date(Date.now() + HOUR) }];
  const budget = { limit: "1000", enforcement: "block", thresholds: [0.0001, 0.0002], windows } as const;
  return limitsOf(
    { kind, id: randomUUID() },
    {
      rate: { perMinute: 1_000_000, burst: 1_000_000 },
      concurrency: 1_000_000,
      budgets: [
        { ...budget, period: "daily" },
        { ...budget, period: "monthly" },
      ],
    },
  );
}

test("people with several organizations never stop each other, in whatever order calls, renewals and sweeps come", async () => {
  await using db = await createTestDatabase();
  const databases = Array.from({ length: PROCESSES }, () =>
    connect({ url: db.appUrl, applicationName: APPLICATION }),
  );
  const stores = databases.map((database) => createPostgresStore({ database }));
  const users = Array.from({ length: USERS }, () => limits("user"));
  const organizations = Array.from({ length: ORGANIZATIONS }, () => limits("organization"));
  const open = new Set<string>();
  const isHeld = (call: number) => call % 5 === 0;
  const costOf = (call: number) => `0.0001${call % 10}`;

  async function makeCall(call: number): Promise<void> {
    const store = stores[call % PROCESSES] as AdmissionStore;
    const person = users[call % USERS] as ScopeLimits;
    const organization = organizations[(call * 7) % ORGANIZATIONS] as ScopeLimits;
    const scopes = call % 2 === 0 ? [person, organization] : [organization, person];
    const request = ask(scopes, { reserve: "0.001", leaseMs: isHeld(call) ? 300 : HOUR });
    const admission = await store.admit(request);
    if (!admission.isAdmitted) throw new Error(`Refused by ${admission.refusal.limit}.`);
    open.add(request.id);
    if (isHeld(call)) return;
    await pause(call % 20);
    await settle(stores[(call + 1) % PROCESSES] as AdmissionStore, admission, request, costOf(call));
  }

  let isOver = false;
  async function meddle(store: AdmissionStore, order: (ids: string[]) => string[]): Promise<void> {
    while (!isOver) {
      await store.renew(order([...open].slice(-200)), 300);
      await store.sweep();
      await pause(5);
    }
  }
  const meddling = [
    meddle(stores[0] as AdmissionStore, (ids) => ids),
    meddle(stores[1] as AdmissionStore, (ids) => ids.toReversed()),
  ];
  const calls = Array.from({ length: CALLS }, (_, call) => call);
  // Some of them at once, and some as others end.
  const lanes = Array.from({ length: 100 }, async (_, lane) => {
    for (const call of calls.filter((one) => one % 100 === lane)) await makeCall(call);
  });
  await Promise.all(lanes).finally(() => {
    isOver = true;
  });
  await Promise.all(meddling);

  const [store] = stores as [AdmissionStore];
  const everybody = [...users, ...organizations];
  await expect
    .poll(async () => {
      await store.sweep();
      return (await store.status(everybody)).filter(({ reserved }) => reserved !== "0");
    })
    .toEqual([]);
  const spent = await Promise.all(
    everybody.map(async (one) => (await store.status([one])).map((s) => s.spent)),
  );
  const ledger = await db.owner<{ user_id: string; organization_id: string; cost: string }[]>`
    select user_id, organization_id, cost::text as cost from public.ai_usage_events`;
  expect(ledger).toHaveLength(calls.filter((call) => !isHeld(call)).length);
  for (const [index, { scope }] of everybody.entries()) {
    const own = ledger.filter((row) => [row.user_id, row.organization_id].includes(scope.id));
    const sum = sumUsd(own.map(({ cost }) => cost));
    expect(spent[index]).toEqual([sum, sum]);
  }
  expect(
    await db.owner`select from private.admission_scopes where running <> 0
      union all select from private.admission_leases`,
  ).toHaveLength(0);

  await Promise.all(databases.map((database) => database.close()));
  // What a connection saw is counted when it ends.
  await expect
    .poll(() => db.owner`select from pg_stat_activity where application_name = ${APPLICATION}`)
    .toHaveLength(0);
  const [statistics] = await db.owner`
    select deadlocks::int from pg_stat_database where datname = current_database()`;
  expect(statistics).toEqual({ deadlocks: 0 });
});

test("a renewal waits for nobody: what is being settled or freed at the moment it leaves alone", async () => {
  await using db = await createTestDatabase();
  const store = createPostgresStore({ database: db.database });
  const scopes = [limits("user")];
  const [first, second] = [ask(scopes, { leaseMs: HOUR }), ask(scopes, { leaseMs: HOUR })];
  for (const request of [first, second]) expect((await store.admit(request)).isAdmitted).toBe(true);
  await db.owner.begin(async (settling) => {
    await settling`delete from private.admission_leases where id = ${second.id}`;
    expect(await store.renew([first.id, second.id], HOUR)).toEqual([first.id]);
    // Had the renewal waited for the one with the other in hand, this would be a deadlock.
    await settling`delete from private.admission_leases where id = ${first.id}`;
  });
  expect(await store.renew([first.id, second.id], HOUR)).toEqual([]);
});

test("an ended lease whose other scope somebody has in hand is waited for", async () => {
  await using db = await createTestDatabase();
  const store = createPostgresStore({ database: db.database });
  const user = limitsOf({ kind: "user", id: randomUUID() }, { concurrency: 1 });
  const busy = limits("organization");
  expect((await store.admit(ask([user, busy], { leaseMs: 1 }))).isAdmitted).toBe(true);
  await pause(2);
  await db.owner.begin(async (other) => {
    await other`select private.lock_scopes(${[`organization:${busy.scope.id}`]})`;
    expect(await store.admit(ask(user))).toMatchObject({
      isAdmitted: false,
      refusal: { limit: "concurrentRequests", retryAfterMs: 1_000 },
    });
  });
  expect((await store.admit(ask(user))).isAdmitted).toBe(true);
});

test("a sweep frees what more people held than a transaction can lock", async () => {
  await using db = await createTestDatabase();
  const [server] = await db.owner<{ locks: number }[]>`
    select current_setting('max_connections')::int * current_setting('max_locks_per_transaction')::int as locks`;
  const count = (server?.locks ?? 0) + 5_000;
  await db.owner`
    insert into private.admission_scopes (scope, running, next_end)
      select 'user:' || gen_random_uuid(), 1, now() from generate_series(1, ${count}::int)`;
  await db.owner`
    insert into private.admission_leases (id, scope, window_ids, reserve, admitted_at, expires_at)
      select gen_random_uuid(), scope, '{}', 0, now(), now() - interval '1 second' from private.admission_scopes`;
  const store = createPostgresStore({ database: db.database });
  expect(await store.sweep()).toBe(count);
  const [left] = await db.owner`
    select (select count(*)::int from private.admission_leases) as leases, sum(running)::int as running
      from private.admission_scopes`;
  expect(left).toEqual({ leases: 0, running: 0 });
}, 120_000);
