import { connect, type Database } from "@ai-config/db";
import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import { afterAll, beforeAll } from "vitest";

import { createPostgresStore } from "../src/admission/postgres-store.ts";
import type { LedgerEntry } from "../src/ledger/ledger-entry.ts";
import { CLOCK_AHEAD_MS } from "../testing/admission/admission-kit.ts";
import { describeAdmissionStore } from "../testing/admission-conformance.ts";

let test: TestDatabase;
let elsewhere: Database;

beforeAll(async () => {
  test = await createTestDatabase();
  elsewhere = connect({ url: test.appUrl, applicationName: "another process" });
  // The clock that counts, with a hand to move it.
  await test.owner.unsafe(`
    create table private.test_clock (ms double precision not null);
    insert into private.test_clock values (0);
    create or replace function private.admission_now() returns timestamptz
      language sql volatile security definer set search_path = ''
      as $$ select clock_timestamp() + (select ms from private.test_clock) * interval '1 millisecond' $$`);
});
afterAll(async () => {
  await elsewhere?.close();
  await test?.[Symbol.asyncDispose]();
});

describeAdmissionStore(
  "the store in Postgres",
  async () => {
    const { owner } = test;
    await owner.unsafe(`
      update private.test_clock set ms = ${CLOCK_AHEAD_MS};
      delete from private.admission_leases;
      delete from private.pending_calls;
      alter table public.ai_usage_events disable trigger user;
      delete from public.ai_usage_events;
      delete from private.settled_calls;
      alter table public.ai_usage_events enable trigger user`);
    const [store, twin] = [
      createPostgresStore({ database: test.database }),
      createPostgresStore({ database: elsewhere }),
    ];
    return {
      store,
      twin,
      hasLedger: true,
      now: async () => {
        const [row] = await owner<{ ms: number }[]>`
          select (extract(epoch from private.admission_now()) * 1000)::double precision as ms`;
        return row?.ms ?? 0;
      },
      advance: async (ms) => {
        await owner`update private.test_clock set ms = test_clock.ms + ${ms}`;
      },
      ledger: async () => {
        await owner`select private.write_pending_calls(null)`;
        return owner<LedgerEntry[]>`
          select id, user_id as "userId", organization_id as "organizationId", cost::text as cost
          from public.ai_usage_events`;
      },
      close: async () => {
        await Promise.all([store.close(), twin.close()]);
      },
    };
  },
  { clock: "movable", runs: 60 },
);
