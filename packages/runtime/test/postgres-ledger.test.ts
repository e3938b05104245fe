import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createPostgresLedger, type LedgerEntry } from "../src/index.ts";
import { ask, entryOf, limitsOf } from "../testing/admission/admission-kit.ts";

let db: TestDatabase;
let userId: string;
beforeAll(async () => {
  db = await createTestDatabase();
  userId = await db.createUser();
});
afterAll(() => db?.[Symbol.asyncDispose]());

const makeEntry = (given: Partial<LedgerEntry> = {}): LedgerEntry => ({
  ...entryOf(ask(limitsOf({ kind: "user", id: userId })), "0.25"),
  ...given,
});

const written = async () => [
  ...(await db.owner`select id, cost::text as cost, tags,
    anthropic_request_ids as ids from public.ai_usage_events where user_id = ${userId}`),
];

test("entries are written once, however often they come, and what the ledger does not take fails alone", async () => {
  const ledger = createPostgresLedger({ database: db.database });
  const [one, other] = [
    makeEntry(),
    makeEntry({ tags: { feature: "summaries" }, anthropicRequestIds: ["req_1", "req,{2}"] }),
  ];
  const bad = makeEntry({ label: "a\0b" });
  const outcomes = await Promise.allSettled([one, other, bad, one].map((entry) => ledger.write(entry)));
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
  await ledger.write(other);
  await ledger.close();
  const known = [one, bad, other, makeEntry()].map(({ id }) => ledger.has(id));
  expect(await Promise.all(known)).toEqual([true, false, true, false]);
  expect(await written()).toHaveLength(2);
  expect(await written()).toContainEqual({
    id: other.id,
    cost: "0.25",
    tags: { feature: "summaries" },
    ids: ["req_1", "req,{2}"],
  });
  const [hour] =
    await db.owner`select calls, cost::text as cost from public.ai_usage_hourly where user_id = ${userId}`;
  expect(hour).toEqual({ calls: 2, cost: "0.50" });
});
