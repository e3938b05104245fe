import { randomUUID } from "node:crypto";

import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import type {
  AdmissionRequest,
  Admitted,
  ScopeLimits,
  Settlement,
} from "../src/admission/admission-store.ts";
import { readAdmissions, readSettlements } from "../src/admission/postgres-answers.ts";
import {
  admissionBatch,
  loneCall,
  loneSettlement,
  settlementBatch,
} from "../src/admission/postgres-batch.ts";
import { entryOf } from "../testing/admission/admission-kit.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  // A clock that stands still but where it is moved: both ways must see the same moment.
  await db.owner.unsafe(`
    create table private.test_clock (ms double precision not null);
    insert into private.test_clock values (${NOW});
    create or replace function private.admission_now() returns timestamptz
      language sql volatile security definer set search_path = ''
      as $$ select to_timestamp(ms / 1000) from private.test_clock $$`);
});
afterAll(() => db?.[Symbol.asyncDispose]());

const money = fc.constantFrom("0", "0.0000000000000000000000000001", "0.3", "0.7", "1.25");
const windows = [
  { start: new Date(NOW - 50_000), end: new Date(NOW - 1) },
  { start: new Date(NOW - 1), end: new Date(NOW + 50_000) },
];
/** Mostly so wide that tallies decide, and narrow often enough that they do not. */
const mostly = <Value>(wide: Value, ...narrow: Value[]) =>
  fc.oneof({ arbitrary: fc.constant(wide), weight: 7 }, { arbitrary: fc.constantFrom(...narrow), weight: 2 });
const limits = fc.record({
  rate: fc.option(fc.record({ perMinute: fc.constantFrom(1, 30, 600), burst: mostly(400, 2, 12) }), {
    nil: undefined,
  }),
  concurrency: fc.option(mostly(900, 3, 12), { nil: undefined }),
  budgets: fc.subarray(["daily", "weekly", "monthly"] as const).chain((periods) =>
    fc.tuple(
      ...periods.map((period) =>
        fc.record({
          period: fc.constant(period),
          limit: mostly("1000", "4", "12"),
          enforcement: fc.constantFrom("block" as const, "block" as const, "warn" as const),
          thresholds: fc.constantFrom([], [0.5], [0.0001, 0.001, 0.9]),
          windows: fc.constant(windows),
        }),
      ),
    ),
  ),
});
const calls = fc.record({
  user: fc.nat(2),
  isPooled: fc.boolean(),
  /** Costs nothing, and is judged by no budget. */
  isFree: mostly(false, true),
  reserve: money,
  leaseMs: fc.constantFrom(500, 60_000),
});
const steps = fc.array(
  fc.record({
    calls: fc.array(calls, { minLength: 1, maxLength: 8 }),
    /** Which of the open calls end, and what they cost. */
    ends: fc.array(fc.record({ which: fc.nat(40), cost: money }), { maxLength: 4 }),
    passedMs: fc.constantFrom(0, 0, 0, 600),
    /** By the limits that the accounts have now and then, another rate among them. */
    isOther: mostly(false, true),
  }),
  { minLength: 1, maxLength: 8 },
);
const stories = fc.record({
  rules: fc.tuple(limits, limits, limits, limits),
  others: fc.tuple(limits, limits, limits, limits),
  spent: money,
  steps,
});
type Story = typeof stories extends fc.Arbitrary<infer Value> ? Value : never;

/** How many batches were decided by tallies. */
const byTallies = { admissions: 0, settlements: 0 };

test("a batch that tallies decide has the answers and the counters of one that is looked at call by call", async () => {
  await fc.assert(
    fc.asyncProperty(stories, async (story) => {
      expect(await play(story, "calls")).toEqual(await play(story, "one_by_one"));
    }),
    { numRuns: 120 },
  );
  expectTallies();
});

test("a call by itself that tallies decide has the answers and the counters of one that is looked at with its windows", async () => {
  const alone = stories.map(({ steps, ...story }) => ({
    ...story,
    steps: steps.flatMap(({ calls, ends, passedMs, isOther }) =>
      calls.map((call, place) => ({
        isOther,
        calls: [call],
        ends: ends.slice(place, place + 1),
        passedMs: place === 0 ? passedMs : 0,
      })),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(alone, async (story) => {
      expect(await play(story, "call")).toEqual(await play(story, "one_by_one"));
    }),
    { numRuns: 120 },
  );
  expectTallies();
});

function expectTallies(): void {
  expect(byTallies.admissions).toBeGreaterThan(20);
  expect(byTallies.settlements).toBeGreaterThan(20);
  Object.assign(byTallies, { admissions: 0, settlements: 0 });
}

/** Whether tallies decide batches, calls by themselves, or nothing. */
type Way = "calls" | "call" | "one_by_one";

/** Everything that was answered, and everything that is counted in the end. */
async function play({ rules, others, spent, steps }: Story, way: Way) {
  const ids = rules.map(() => randomUUID());
  // A fresh object each time, as each account has its own for the limits of its organization.
  const limitsAt = (index: number, { isOther = false, isFree = false } = {}): ScopeLimits => {
    const scope = { kind: index === 3 ? "organization" : "user", id: ids[index] as string } as const;
    const whole = { ...((isOther ? others : rules)[index] as (typeof rules)[0]), scope };
    return isFree ? { ...whole, budgets: [], whole } : whole;
  };
  const scopes = rules.map((_, index) => limitsAt(index));
  const pool = scopes[3] as ScopeLimits;
  const answers: unknown[] = [];
  const open: Pick<Settlement, "admission" | "request">[] = [];
  const admit = async (requests: readonly AdmissionRequest[]) => {
    const { text, places } = admissionBatch(requests);
    const [request] = requests;
    const lone = way === "call" && requests.length === 1 && request ? loneCall(request) : undefined;
    const answer = await (lone === undefined
      ? decide(`admit_${way === "call" ? "calls" : way}`, text)
      : decide("admit_call", lone, text));
    if ("t" in answer) byTallies.admissions += 1;
    const admissions = readAdmissions(requests, places, answer);
    answers.push(admissions);
    for (const [index, request] of requests.entries()) {
      const admission = admissions[index];
      if (admission !== undefined && "isAdmitted" in admission && admission.isAdmitted) {
        open.push({ admission: admission as Admitted, request });
      }
    }
  };

  await moveClock(NOW);
  // The first batch makes the rows; then something is spent, so that alerts are due.
  await admit(scopes.map((each) => requestOf([each])));
  await db.owner`select private.fold_tallies(${scopes.map(({ scope }) => `${scope.kind}:${scope.id}`)})`;
  await db.owner`update private.budget_windows set spent = ${spent}
    where scope like any (${ids.map((id) => `%${id}`)})`;
  let now = NOW;
  for (const { calls, ends, passedMs, isOther } of steps) {
    await admit(
      calls.map(({ user, isPooled, isFree, reserve, leaseMs }) => {
        const limits = [user, ...(isPooled ? [3] : [])].map((index) => limitsAt(index, { isOther, isFree }));
        return requestOf(limits, isFree ? "0" : reserve, leaseMs);
      }),
    );
    now += passedMs;
    await moveClock(now);
    const settlements = ends.flatMap(({ which, cost }) => {
      const ended = open[which % open.length];
      return ended ? [{ ...ended, cost, entry: entryOf(ended.request, cost) }] : [];
    });
    if (settlements.length === 0) continue;
    const [settlement] = settlements;
    const lone = way === "call" && settlement ? loneSettlement(settlement) : undefined;
    const { text, places } = settlementBatch(settlements);
    const answer = await (lone === undefined
      ? decide(`settle_${way === "call" ? "calls" : way}`, text)
      : decide("settle_call", ...lone));
    if ("t" in answer) byTallies.settlements += 1;
    answers.push(readSettlements(settlements, places, answer));
  }
  await db.owner`select private.write_pending_calls(null)`;
  const entries = await db.owner`
    select case when user_id = any (${ids}) then user_id end as user_id,
      organization_id, cost from public.ai_usage_events where user_id = any (${ids})
      or organization_id = ${pool.scope.id}`;
  return anonymous({ answers, counters: { ...(await countersOf(ids)), entries: [...entries] } }, ids);
}

async function decide(way: string, ...texts: string[]): Promise<object> {
  const places = texts.map((_, place) => `$${place + 1}`).join(", ");
  const [row] = await db.owner.unsafe<{ answer: string }[]>(
    `select private.${way}(${places}) as answer`,
    texts,
  );
  return JSON.parse(row?.answer ?? "") as object;
}

async function moveClock(ms: number): Promise<void> {
  await db.owner`update private.test_clock set ms = ${ms}`;
}

function requestOf(scopes: readonly ScopeLimits[], reserve = "0", leaseMs = 60_000): AdmissionRequest {
  return { id: randomUUID(), scopes, reserve, leaseMs };
}

async function countersOf(ids: readonly string[]) {
  const own = ids.map((id) => `%${id}`);
  await db.owner`select private.fold_tallies(array(
    select scope from private.admission_scopes where scope like any (${own})))`;
  const scopes = await db.owner`
    select scope, running, round(empty_at) as empty_at, interval_ms, next_end from private.admission_scopes
    where scope like any (${own}) order by scope`;
  const counted = await db.owner`
    select scope, period, starts_at, spent, trim_scale(reserved) as reserved, alerted from private.budget_windows
    where scope like any (${own}) order by scope, period`;
  const leases = await db.owner`
    select scope, other_scope, reserve, expires_at, (select array_agg(w.scope || w.period order by u.place) from unnest(l.window_ids)
        with ordinality as u (id, place) join private.budget_windows w using (id)) as windows
    from private.admission_leases l where scope like any (${own}) order by scope, other_scope, reserve, expires_at`;
  return { scopes: [...scopes], windows: [...counted], leases: [...leases] };
}

/** The same with places instead of random ids, in an order that does not depend on them. */
function anonymous(state: { answers: unknown; counters: Record<string, unknown[]> }, ids: readonly string[]) {
  const name = (value: unknown) => {
    let text = JSON.stringify(value);
    for (const [place, id] of ids.entries()) text = text.replaceAll(id, `#${place}`);
    return text.replace(/"id":"[0-9a-f]{8}-[^"]+"/g, '"id":""');
  };
  const counters = Object.entries(state.counters).map(([table, rows]) => [table, rows.map(name).toSorted()]);
  return { answers: JSON.parse(name(state.answers)), counters };
}

test("a call that costs nothing is counted beside those that do, also where no budget has room", async () => {
  await moveClock(NOW);
  const budget = { period: "daily", enforcement: "block", thresholds: [], windows } as const;
  const user: ScopeLimits = {
    scope: { kind: "user", id: randomUUID() },
    concurrency: 3,
    budgets: [{ ...budget, limit: "1" }],
  };
  const free: ScopeLimits = { ...user, budgets: [], whole: user };
  const admitAlone = async (limits: ScopeLimits, reserve = "0") => {
    const request = requestOf([limits], reserve);
    const { text, places } = admissionBatch([request]);
    const answer = await decide("admit_call", loneCall(request) ?? "", text);
    const [admission] = readAdmissions([request], places, answer);
    return { isTallied: "t" in answer, request, admission };
  };
  const tally = async () => {
    const [row] = await db.owner`
      select tally_rule is not null as "isThere", running, tally_reserved::text as reserved
      from private.admission_scopes where scope = ${`user:${user.scope.id}`}`;
    return row;
  };
  await admitAlone(user, "0.5");
  const counted = await admitAlone(free);
  expect(counted).toMatchObject({ isTallied: true, admission: { isAdmitted: true, budgets: [] } });
  expect(await admitAlone(user, "0.25")).toMatchObject({ isTallied: true });
  expect(await tally()).toEqual({ isThere: true, running: 3, reserved: "0.25" });
  // Slots hold for it as for all.
  expect(await admitAlone(free)).toMatchObject({ admission: { refusal: { limit: "concurrentRequests" } } });
  const settlement: Settlement = {
    request: counted.request,
    admission: counted.admission as Admitted,
    cost: "0",
    entry: { ...entryOf(counted.request, "0"), operation: "token_count" },
  };
  expect(
    await decide("settle_call", ...(loneSettlement(settlement) as [string, string, string])),
  ).toHaveProperty("t");
  expect(await tally()).toMatchObject({ isThere: true, running: 2 });

  // Its whole tally has no room left, and it is free.
  const narrow = { ...user, budgets: [{ ...budget, limit: "0.1" }] };
  expect(await admitAlone(narrow)).toMatchObject({ admission: { refusal: { limit: "dailyBudget" } } });
  expect(await admitAlone({ ...narrow, budgets: [], whole: narrow })).toMatchObject({
    admission: { isAdmitted: true },
  });
  // What it was decided by is no tally of a call that has to be paid for.
  expect(await admitAlone(narrow)).toMatchObject({ admission: { isAdmitted: false } });
});

test("a tally ends with the first of its windows, and calls after that count in the next one", async () => {
  await moveClock(NOW);
  const day = { period: "daily", limit: "1", enforcement: "block", thresholds: [] } as const;
  const month = { ...day, period: "monthly", limit: "1.5" } as const;
  const midnight = NOW + 1_000;
  const user: ScopeLimits = {
    scope: { kind: "user", id: randomUUID() },
    budgets: [
      {
        ...day,
        windows: [
          { start: new Date(NOW - 50_000), end: new Date(midnight) },
          { start: new Date(midnight), end: new Date(midnight + 50_000) },
        ],
      },
      { ...month, windows: [{ start: new Date(NOW - 50_000), end: new Date(NOW + 90_000) }] },
    ],
  };
  const admit = async (way: "call" | "calls") => {
    const request = requestOf([user], "0.2");
    const { text, places } = admissionBatch([request]);
    const lone = way === "call" ? [loneCall(request) ?? ""] : [];
    const [admission] = readAdmissions([request], places, await decide(`admit_${way}`, ...lone, text));
    return (admission as Admitted).budgets.map(({ period, startsAt, reserved }) => [
      period,
      startsAt.getTime(),
      reserved,
    ]);
  };
  for (const way of ["call", "calls"] as const) {
    await db.owner`delete from private.admission_leases where scope = ${`user:${user.scope.id}`}`;
    await db.owner`delete from private.admission_scopes where scope = ${`user:${user.scope.id}`}`;
    await db.owner`delete from private.budget_windows where scope = ${`user:${user.scope.id}`}`;
    await moveClock(NOW);
    await admit(way);
    expect(await admit(way)).toEqual([
      ["daily", NOW - 50_000, "0.4"],
      ["monthly", NOW - 50_000, "0.4"],
    ]);
    await moveClock(midnight);
    expect(await admit(way)).toEqual([
      ["daily", midnight, "0.2"],
      ["monthly", NOW - 50_000, "0.6"],
    ]);
  }
});
