import { randomUUID } from "node:crypto";

import type { SqlClient } from "@ai-config/db";
import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { AdmissionRequest, Admitted, ScopeLimits } from "../src/admission/admission-store.ts";
import { readAdmissions } from "../src/admission/postgres-answers.ts";
import { admissionBatch, settlementBatch } from "../src/admission/postgres-batch.ts";
import { ask, entryOf, limitsOf } from "../testing/admission/admission-kit.ts";

/** So many calls run at the same moment that whoever looks at all of them is found out. */
const RUNNING = 1_000;
const PREPARED = { prepare: true };

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db?.[Symbol.asyncDispose]());

test("a call reads no leases but its own, however many others run", async () => {
  const now = Date.now();
  const windows = [{ start: new Date(now - 3_600_000), end: new Date(now + 3_600_000) }];
  const user = limitsOf(
    { kind: "user", id: randomUUID() },
    { budgets: [{ period: "daily", limit: "5", enforcement: "block", thresholds: [0.9], windows }] },
  );
  const sql = await db.owner.reserve();
  try {
    await sql`begin`;
    // The server keeps the plans it made when few calls ran.
    await sql`analyze private.admission_leases`;
    for (let call = 0; call < 8; call += 1) {
      const [request, admission] = await admit(sql, user);
      await renew(sql, request.id);
      await settle(sql, request, admission);
    }
    for (let call = 0; call < RUNNING; call += 100) await admit(sql, user, 100);

    const before = await leasesRead(sql);
    const [request, admission] = await admit(sql, user);
    expect(await renew(sql, request.id)).toEqual([request.id]);
    await settle(sql, request, admission);
    expect((await leasesRead(sql)) - before).toBeLessThan(10);
  } finally {
    await sql`rollback`;
    sql.release();
  }
});

test("a call that frees an ended lease reads none of those that run", async () => {
  const person = () => limitsOf({ kind: "user", id: randomUUID() }, { concurrency: 1_000 });
  const sql = await db.owner.reserve();
  try {
    await sql`begin`;
    await sql`analyze private.admission_leases`;
    const others = person();
    for (let call = 0; call < RUNNING; call += 100) await admit(sql, others, 100);
    const user = person();
    await admit(sql, user, 1, 1);
    await sql`select pg_sleep(0.002)`;
    const before = await leasesRead(sql);
    await admit(sql, user);
    expect((await leasesRead(sql)) - before).toBeLessThan(10);
  } finally {
    await sql`rollback`;
    sql.release();
  }
});

/** The first of so many calls that are admitted together. */
async function admit(
  sql: SqlClient,
  limits: ScopeLimits,
  count = 1,
  leaseMs = 600_000,
): Promise<[AdmissionRequest, Admitted]> {
  const requests = Array.from({ length: count }, () => ask(limits, { reserve: "0.001", leaseMs }));
  const { text, places } = admissionBatch(requests);
  const [row] = await sql.unsafe<{ answer: string }[]>(
    "select private.admit_calls($1) as answer",
    [text],
    PREPARED,
  );
  const admissions = readAdmissions(requests, places, JSON.parse(row?.answer ?? ""));
  return [requests[0] as AdmissionRequest, admissions[0] as Admitted];
}

async function settle(sql: SqlClient, request: AdmissionRequest, admission: Admitted): Promise<void> {
  const { text } = settlementBatch([
    { admission, request, cost: "0.0001", entry: entryOf(request, "0.0001") },
  ]);
  await sql.unsafe("select private.settle_calls($1)", [text], PREPARED);
}

async function renew(sql: SqlClient, id: string): Promise<unknown> {
  const [row] = await sql.unsafe<{ answer: string[] }[]>(
    "select private.renew_calls($1::uuid[], 60000) as answer",
    [[id]],
    PREPARED,
  );
  return row?.answer;
}

/** How many rows this transaction has read of the table, in whatever way. */
async function leasesRead(sql: SqlClient): Promise<number> {
  const [row] = await sql<{ read: number }[]>`
    select (seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as read from pg_stat_xact_all_tables
    where relid = 'private.admission_leases'::regclass`;
  return row?.read ?? 0;
}
