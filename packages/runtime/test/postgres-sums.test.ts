import { randomUUID } from "node:crypto";

import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { AdmissionRequest, ScopeLimits } from "../src/admission/admission-store.ts";
import { readAdmissions } from "../src/admission/postgres-answers.ts";
import { admissionBatch } from "../src/admission/postgres-batch.ts";

const NOW = Date.parse("2026-11-23T12:00:00Z");
/** Parts of the argument by which a batch is decided call by call. */
const OWN_PARTS = 12;

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  // A clock that stands still: both ways must see the same moment.
  await db.owner.unsafe(`create or replace function private.admission_now() returns timestamptz
    language sql volatile security definer set search_path = '' as $$ select to_timestamp(${NOW / 1000}) $$`);
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
const batches = fc.array(
  fc.array(
    fc.record({
      user: fc.nat(2),
      isPooled: fc.boolean(),
      reserve: money,
      leaseMs: fc.constantFrom(500, 60_000),
    }),
    { minLength: 1, maxLength: 12 },
  ),
  { minLength: 1, maxLength: 4 },
);

test("a batch that is decided by its sums has the answers and the counters of one that is decided call by call", async () => {
  let decidedBySums = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(limits, limits, limits, limits),
      money,
      batches,
      async (rules, spent, given) => {
        const [one, other] = await Promise.all(
          [true, false].map(async (bySums) => {
            const ids = rules.map(() => randomUUID());
            const scopes = rules.map(
              (each, index): ScopeLimits => ({
                ...each,
                scope: { kind: index === 3 ? "organization" : "user", id: ids[index] as string },
              }),
            );
            const answers = [];
            for (const batch of [[], ...given]) {
              // The first batch makes the rows; then something is spent, so that alerts are due.
              const requests =
                batch.length === 0
                  ? scopes.map((each) => requestOf([each]))
                  : batch.map((call) =>
                      requestOf(
                        [scopes[call.user], ...(call.isPooled ? [scopes[3]] : [])] as ScopeLimits[],
                        call.reserve,
                        call.leaseMs,
                      ),
                    );
              const { text, places } = admissionBatch(requests);
              const parts = text.split("|");
              const [row] = await db.database.db.$client<{ answer: string }[]>`
              select private.admit_calls(${parts.slice(0, bySums ? undefined : OWN_PARTS).join("|")}) as answer`;
              const answer = JSON.parse(row?.answer ?? "") as object;
              if ("f" in answer) {
                expect(bySums).toBe(true);
                decidedBySums += 1;
              }
              answers.push(readAdmissions(requests, places, answer));
              if (batch.length === 0) {
                await db.owner`update private.budget_windows set spent = ${spent}
                where scope like any (${ids.map((id) => `%${id}`)})`;
              }
            }
            return anonymous({ answers, counters: await countersOf(ids) }, ids);
          }),
        );
        expect(one).toEqual(other);
      },
    ),
    { numRuns: 150 },
  );
  expect(decidedBySums).toBeGreaterThan(50);
});

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
