import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "vitest";

import { createPostgresStore } from "../src/index.ts";
import { failures } from "../testing/index.ts";
import { ask, type GovernedTest, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
beforeAll(async () => {
  governed = await startGoverned();
});
afterAll(() => governed[Symbol.asyncDispose]());

const model = { model: "claude-sonnet-5-5", maxTokens: 100 };
const usage = { inputTokens: 10, outputTokens: 20 };

test("without a store of its own the service's database counts, for every process alike", async () => {
  const organizationId = await governed.makeOrganization({ pool: { dailyBudget: 5, concurrentRequests: 9 } });
  const userId = await governed.makeUser({ settings: { model }, organizationId });
  const [one, other] = [governed.restart({ store: undefined }), governed.restart({ store: undefined })];
  const call = { organizationId };
  governed.server.respondWith({ usage });
  await one.forUser(userId, call).messages.create(ask, { label: "first", tags: { feature: "summaries" } });
  const stream = other.forUser(userId, call).messages.stream(ask);
  await stream.done();
  governed.server.script(failures.invalidRequest());
  await expect(one.forUser(userId, call).messages.create(ask)).rejects.toMatchObject({
    code: "PROVIDER_REQUEST_REFUSED",
  });
  governed.server.respondWith({});
  await one.forUser(userId, call).messages.countTokens(ask);

  const { budgets } = await stream.governed;
  expect(budgets.map(({ scope, period, spent, left }) => [scope.kind, period, spent, left])).toEqual([
    ["user", "daily", "0.00044", "99.99956"],
    ["user", "weekly", "0.00044", "499.99956"],
    ["user", "monthly", "0.00044", "1999.99956"],
    ["organization", "daily", "0.00044", "4.99956"],
  ]);
  await governed.database.owner`select private.write_pending_calls(null)`;
  const rows = await governed.database.owner`
    select operation, outcome, cost::text, key_slot, attempts, label, tags, is_stream, model_asked, model_served,
      anthropic_request_ids,
      first_byte_ms between 0 and duration_ms as "hasFirstByte"
    from public.ai_usage_events where user_id = ${userId} order by settled_at`;
  expect([...rows]).toMatchObject([
    {
      operation: "message",
      outcome: "success",
      key_slot: "primary",
      attempts: 1,
      label: "first",
      tags: { feature: "summaries" },
      is_stream: false,
      hasFirstByte: true,
    },
    {
      outcome: "success",
      label: null,
      tags: {},
      is_stream: true,
      model_served: model.model,
      hasFirstByte: true,
    },
    { outcome: "error", attempts: 1, model_asked: model.model, model_served: null },
    { operation: "token_count", outcome: "success", cost: "0" },
  ]);
  expect(rows.map((row) => row.anthropic_request_ids)).toEqual(
    governed.sent().map(({ requestId }) => [requestId]),
  );
  const [sums] = await governed.database.owner`
    select sum(calls)::int as calls, sum(failures)::int as failures from public.ai_usage_hourly where user_id = ${userId}`;
  expect(sums).toEqual({ calls: 3, failures: 1 });
});

test("what a process held that ended without a word is free again, though nobody calls any more", async () => {
  const userId = await governed.makeUser({ settings: { model } });
  const claude = governed.restart({ store: undefined, leaseMs: 50 });
  const store = createPostgresStore({ database: governed.database.database });
  const windows = [{ start: new Date(Date.now() - 3_600_000), end: new Date(Date.now() + 3_600_000) }];
  const budgets = [{ period: "daily", limit: "1", enforcement: "block", thresholds: [], windows }] as const;
  const limits = { scope: { kind: "user", id: userId }, budgets } as const;
  const admission = await store.admit({ id: randomUUID(), scopes: [limits], reserve: "0.5", leaseMs: 20 });
  expect(admission.isAdmitted).toBe(true);
  const reserved = async () => (await store.status([limits]))[0]?.reserved;
  await expect.poll(reserved, { timeout: 20_000 }).toBe("0");
  await claude.close();
});
