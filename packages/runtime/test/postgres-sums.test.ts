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
import { admissionBatch, settlementBatch } from "../src/admission/postgres-batch.ts";
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
const limits = fc.record({
  rate: fc.option(
    fc.record({ perMinute: fc.constantFrom(1, 30, 600), burst: fc.constantFrom(2, 12, 400, 400, 400) }),
    { nil: undefined },
  ),
  concurrency: fc.option(fc.constantFrom(3, 12, 900, 900, 900), { nil: undefined }),
  budgets: fc.subarray(["daily", "weekly", "monthly"] as const).chain((periods) =>
    fc.tuple(
      ...periods.map((period) =>
        fc.record({
          period: fc.constant(period),
          limit: fc.constantFrom("4", "12", "1000", "1000", "1000"),
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
  reserve: money,
  leaseMs: fc.constantFrom(500, 60_000),
});
const steps = fc.array(
  fc.record({
    calls: fc.array(calls, { minLength: 1, maxLength: 12 }),
    /** Which of the open calls end, and what they cost. */
    ends: fc.array(fc.record({ which: fc.nat(40), cost: money }), { maxLength: 10 }),
    passedMs: fc.constantFrom(0, 0, 0, 600),
  }),
  { minLength: 1, maxLength: 4 },
);
const stories = fc.record({ rules: fc.tuple(limits, limits, limits, limits), spent: money, steps });
type Story = typeof stories extends fc.Arbitrary<infer Value> ? Value : never;

/** How many batches were decided by their sums. */
const bySums = { admissions: 0, settlements: 0 };

test("a batch that is decided by its sums has the answers and the counters of one that is looked at call by call", async () => {
  await fc.assert(
    fc.asyncProperty(stories, async (story) => {
      expect(await play(story, "calls")).toEqual(await play(story, "one_by_one"));
    }),
    { numRuns: 150 },
  );
  expect(bySums.admissions).toBeGreaterThan(20);
  expect(bySums.settlements).toBeGreaterThan(20);
});

/** Everything that was answered, and everything that is counted in the end. */
async function play({ rules, spent, steps }: Story, way: "calls" | "one_by_one") {
  const ids = rules.map(() => randomUUID());
  const scopes = rules.map(
    (each, index): ScopeLimits => ({
      ...each,
      scope: { kind: index === 3 ? "organization" : "user", id: ids[index] as string },
    }),
  );
  const [user, pool] = [(index: number) => scopes[index] as ScopeLimits, scopes[3] as ScopeLimits];
  const answers: unknown[] = [];
  const open: Pick<Settlement, "admission" | "request">[] = [];
  const admit = async (requests: readonly AdmissionRequest[]) => {
    const { text, places } = admissionBatch(requests);
    const answer = await decide(`admit_${way}`, text);
    if ("f" in answer) bySums.admissions += 1;
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
  await db.owner`update private.budget_windows set spent = ${spent}
    where scope like any (${ids.map((id) => `%${id}`)})`;
  let now = NOW;
  for (const { calls, ends, passedMs } of steps) {
    await admit(
      calls.map((call) =>
        requestOf([user(call.user), ...(call.isPooled ? [pool] : [])], call.reserve, call.leaseMs),
      ),
    );
    now += passedMs;
    await moveClock(now);
    const settlements = ends.flatMap(({ which, cost }) => {
      const ended = open[which % open.length];
      return ended ? [{ ...ended, cost, entry: entryOf(ended.request, cost) }] : [];
    });
    if (settlements.length === 0) continue;
    const answer = await decide(`settle_${way}`, settlementBatch(settlements));
    if ("w" in answer) bySums.settlements += 1;
    answers.push(readSettlements(settlements, answer));
  }
  const entries = await db.owner`
    select case when user_id = any (${ids}) then user_id end as user_id,
      organization_id, cost from public.ai_usage_events where user_id = any (${ids})
      or organization_id = ${pool.scope.id}`;
  return anonymous({ answers, counters: { ...(await countersOf(ids)), entries: [...entries] } }, ids);
}

async function decide(way: string, text: string): Promise<object> {
  const [row] = await db.owner.unsafe<{ answer: string }[]>(`select private.${way}($1) as answer`, [text]);
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
