import { afterAll, beforeAll, expect, test } from "vitest";

import { summarizeUsage, usageSeries } from "../src/index.ts";
import { asUser, startService, userOwner } from "./support/service.ts";

type Service = Awaited<ReturnType<typeof startService>>;

const FROM = new Date("2026-11-01T00:00:00Z");
const TO = new Date("2026-11-02T00:00:00Z");

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service?.[Symbol.asyncDispose]());

const asked = (userId: string) => ({ actor: asUser(userId), owner: userOwner(userId), from: FROM, to: TO });

/** Calls that are booked and whose records wait, as a process that ended left them. */
async function leave(userId: string, calls: number): Promise<void> {
  const startedAt = "2026-11-01T07:00:00Z";
  const record = {
    user_id: userId,
    model_asked: "claude-opus-5-5",
    api_version: "2026-10-21",
    key_slot: "primary",
    started_at: startedAt,
    duration_ms: 100,
    attempts: 1,
    outcome: "success",
    is_stream: false,
    input_tokens: 1,
    output_tokens: 1,
    cache_read_tokens: 0,
    cache_write_5m_tokens: 0,
    cache_write_1h_tokens: 0,
    web_searches: 0,
    cost_basis: "exact",
    tags: {},
  };
  await service.database.owner`
    insert into private.pending_calls (id, settled_at, cost, record, user_id, started_at)
      select gen_random_uuid(), now(), 0.01, ${JSON.stringify(record)}, ${userId}, ${startedAt}
        from generate_series(1, ${calls}::int)`;
}
const waiting = async (userId: string) => {
  const [row] = await service.database.owner`
    select count(*)::int as calls from private.pending_calls where user_id = ${userId}`;
  return row?.calls;
};

test("usage tells every call that has ended, and leaves the records of others to others", async () => {
  const [dana, other] = [await service.database.createUser(), await service.database.createUser()];
  await leave(dana, 1_200);
  await leave(other, 2);
  expect(await summarizeUsage(service.ctx, asked(dana))).toMatchObject({ calls: 1_200, cost: "12" });
  expect([await waiting(dana), await waiting(other)]).toEqual([0, 2]);
  const points = await usageSeries(service.ctx, { ...asked(other), step: "hour" });
  expect(points).toMatchObject([{ calls: 2 }]);
});

test("for whoever may not see usage nothing is written", async () => {
  const [owner, stranger] = [await service.database.createUser(), await service.database.createUser()];
  await leave(owner, 2);
  const question = { ...asked(owner), actor: asUser(stranger) };
  await expect(summarizeUsage(service.ctx, question)).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(usageSeries(service.ctx, { ...question, step: "day" })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  expect(await waiting(owner)).toBe(2);
});

test("who asks for usage does not write a backlog to its end", async () => {
  const busy = await service.database.createUser();
  await leave(busy, 10_001);
  expect(await summarizeUsage(service.ctx, asked(busy))).toMatchObject({ calls: 10_000 });
  expect(await summarizeUsage(service.ctx, asked(busy))).toMatchObject({ calls: 10_001, cost: "100.01" });
});
