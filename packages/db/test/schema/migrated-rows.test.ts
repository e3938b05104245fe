import { randomBytes, randomUUID } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { drizzle } from "drizzle-orm/postgres-js";
import { migrate as applyMigrations } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import { expect, inject, test } from "vitest";

import { migrate } from "../../src/index.ts";
import { migrationsFolder } from "../../src/migrations-folder.ts";

/** An empty database with the schema as it was just before a migration, gone when the test is over. */
async function createDatabaseBefore(tag: string) {
  const { adminUrl } = inject("testServer");
  const name = `test_${randomBytes(8).toString("hex")}`;
  const admin = postgres(adminUrl, { max: 1, onnotice: () => {} });
  await admin`create database ${admin(name)} template template0`;
  const url = Object.assign(new URL(adminUrl), { pathname: `/${name}` }).href;
  const owner = postgres(url, { max: 1, onnotice: () => {} });
  const folder = mkdtempSync(join(tmpdir(), "migrations-"));
  cpSync(migrationsFolder, folder, { recursive: true });
  const journal = join(folder, "meta/_journal.json");
  const { entries, ...rest } = JSON.parse(readFileSync(journal, "utf8")) as { entries: { tag: string }[] };
  const until = entries.findIndex((entry) => entry.tag === tag);
  expect(until).toBeGreaterThan(0);
  writeFileSync(journal, JSON.stringify({ ...rest, entries: entries.slice(0, until) }));
  await applyMigrations(drizzle({ client: owner }), { migrationsFolder: folder });
  rmSync(folder, { recursive: true });
  return {
    url,
    owner,
    async [Symbol.asyncDispose]() {
      await owner.end();
      await admin`drop database ${admin(name)} with (force)`;
      await admin.end();
    },
  };
}

/** A record as it was before its requests were a list. */
async function addRecord(
  owner: postgres.Sql,
  {
    at,
    id = null,
    userId = randomUUID(),
    cost = "0.1",
  }: { at: string; id?: string | null; userId?: string; cost?: string },
) {
  await owner`
    insert into public.ai_usage_events (id, user_id, model_asked, api_version, key_slot, started_at, settled_at, duration_ms,
      attempts, outcome, is_stream, input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens,
      cache_write_1h_tokens, web_searches, cost, cost_basis, anthropic_request_id)
    values (${randomUUID()}, ${userId}, 'claude', '2023-06-01', 'primary', ${at}, now(), 1,
      1, 'success', false, 1, 1, 0, 0, 0, 0, ${cost}, 'exact', ${id})`;
}

test("windows that missed calls hold what the ledger has of them, and all that runs", async () => {
  await using former = await createDatabaseBefore("0072_count_in_open_windows");
  const { owner, url } = former;
  await owner`select private.make_usage_partitions(now(), 2)`;
  const userId = randomUUID();
  const scope = `user:${userId}`;
  await owner`insert into private.admission_scopes (scope, running) values (${scope}, 1)`;
  await owner`insert into private.budget_windows (scope, period, starts_at, ends_at, spent)
    values (${scope}, 'daily', now() - interval '3 hours', now() + interval '21 hours', 1),
      (${scope}, 'daily', now() - interval '27 hours', now() - interval '3 hours', 2)`;
  await owner`insert into private.admission_leases (id, scope, window_ids, reserve, expires_at)
    values (${randomUUID()}, ${scope}, '{}', 0.5, now() + interval '1 hour')`;
  await addRecord(owner, { at: new Date(Date.now() - 3_600_000).toISOString(), userId, cost: "7" });
  const waiting = { user_id: userId, started_at: new Date().toISOString() };
  await owner`insert into private.pending_calls (id, settled_at, cost, record, problem)
    values (${randomUUID()}, now(), 3, ${JSON.stringify(waiting)}, '22P02'), (${randomUUID()}, now(), 3, 'no record', null)`;
  await migrate({ url });
  const windows = await owner`select trim_scale(w.spent)::text as spent, w.reserved::text as reserved,
      exists (select from private.admission_leases l where w.id = any (l.window_ids)) as "isHeld"
    from private.budget_windows w order by w.starts_at`;
  expect([...windows]).toEqual([
    { spent: "2", reserved: "0", isHeld: false },
    { spent: "10", reserved: "0.5", isHeld: true },
  ]);
});

test("records that named their last request alone go on naming it, in whatever month they lie", async () => {
  await using former = await createDatabaseBefore("0077_list_request_ids");
  const { owner, url } = former;
  await owner`select private.make_usage_partitions('2026-01-01T00:00:00Z', 1)`;
  const rows = [
    { at: "2026-01-15T00:00:00Z", id: "req_1", ids: ["req_1"] },
    { at: "1999-01-15T00:00:00Z", id: "req_2", ids: ["req_2"] },
    { at: "2026-01-16T00:00:00Z", id: null, ids: [] },
    // Nothing held them to what an id may be.
    { at: "2026-01-17T00:00:00Z", id: "req sk-ant-api03-abcdef", ids: [] },
    { at: "2026-01-18T00:00:00Z", id: "x".repeat(4_000), ids: ["x".repeat(200)] },
  ];
  for (const { at, id } of rows) await addRecord(owner, { at, id });
  await migrate({ url });
  const found = await owner`
    select anthropic_request_ids as ids from public.ai_usage_events order by started_at`;
  expect(found.map(({ ids }) => ids)).toEqual([1, 0, 2, 3, 4].map((place) => rows[place]?.ids));
});

test("alerts that had running numbers have ids that tell nothing, and keep their time", async () => {
  await using former = await createDatabaseBefore("0079_alert_ids");
  const { owner, url } = former;
  const add = (spent: number) => owner`
    insert into public.budget_alerts (user_id, period, threshold, limit_usd, spent, starts_at, resets_at, created_at)
    values (${randomUUID()}, 'daily', 0.5, 10, ${spent}, now(), now() + interval '1 day', ${new Date(spent * 1_000).toISOString()})`;
  for (const spent of [1, 2, 3]) await add(spent);
  await migrate({ url });
  await add(4);
  const alerts =
    await owner`select id::text as id, spent::int as spent from public.budget_alerts order by created_at`;
  expect(alerts.map(({ spent }) => spent)).toEqual([1, 2, 3, 4]);
  for (const { id } of alerts) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  expect(new Set(alerts.map(({ id }) => id)).size).toBe(4);
});
