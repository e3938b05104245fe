import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "vitest";

import { createTestDatabase, type TestDatabase } from "../../src/testing/index.ts";
import { asUser, refuses, run } from "./refusals.ts";

let db: TestDatabase;
let userId: string;
beforeAll(async () => {
  db = await createTestDatabase();
  userId = await db.createUser();
});
afterAll(() => db?.[Symbol.asyncDispose]());

function callOf(id: string, startedAt: string, given: object = {}) {
  const columns = {
    user_id: userId,
    organization_id: null,
    model_asked: "claude",
    model_served: null,
    api_version: "2026-10-21",
    key_slot: "primary",
    started_at: startedAt,
    duration_ms: 1,
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
    ...given,
  };
  return [id, "0.25", [], [], columns];
}

async function write(calls: unknown[]): Promise<string[]> {
  const [row] = await db.owner<{ ids: string[] }[]>`
    select private.write_usage_events(${JSON.stringify(calls)}::text::jsonb, now()) as ids`;
  return row?.ids ?? [];
}

const partitionOf = async (id: string) => {
  const [row] = await db.owner<{ name: string }[]>`
    select tableoid::regclass::text as name from public.ai_usage_events where id = ${id}`;
  return row?.name;
};

const monthName = (month: Date) =>
  `private.ai_usage_events_${month.getUTCFullYear()}_${String(month.getUTCMonth() + 1).padStart(2, "0")}`;

test("each month has a partition from its first instant in UTC to its last; nothing is refused for its time", async () => {
  const now = new Date();
  const next = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
  const [first, last, ancient, far] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  await write([
    callOf(first, next.toISOString()),
    callOf(last, new Date(next.getTime() - 1).toISOString()),
    callOf(ancient, "1970-01-01T00:00:00Z"),
    callOf(far, "2300-01-01T00:00:00Z"),
  ]);
  expect(await partitionOf(first)).toBe(monthName(next));
  expect(await partitionOf(last)).toBe(monthName(now));
  expect(await partitionOf(ancient)).toBe("private.ai_usage_events_other");
  expect(await partitionOf(far)).toBe("private.ai_usage_events_other");
});

test("a call is booked once, however often and in how many batches at once it comes", async () => {
  const id = randomUUID();
  const at = new Date().toISOString();
  expect(await write([callOf(id, at), callOf(id.toUpperCase(), at), callOf(id, at)])).toEqual([id]);
  const again = await Promise.all(Array.from({ length: 8 }, () => write([callOf(id, at)])));
  expect(again.flat()).toEqual([]);
  expect(await db.owner`select from public.ai_usage_events where id = ${id}`).toHaveLength(1);
});

test("sums by hour and day are those of the calls while several add to them", async () => {
  const at = new Date().toISOString();
  await Promise.all(
    Array.from({ length: 8 }, () => write(Array.from({ length: 50 }, () => callOf(randomUUID(), at)))),
  );
  for (const table of ["ai_usage_hourly", "ai_usage_daily"]) {
    const [sums] = await db.owner.unsafe(
      `select (select sum(calls)::int from public.${table} where user_id = $1) as calls,
        (select count(*)::int from public.ai_usage_events where user_id = $1) as events,
        (select sum(cost) from public.${table} where user_id = $1)
          = (select sum(cost) from public.ai_usage_events where user_id = $1) as "isEqual"`,
      [userId],
    );
    expect(sums).toMatchObject({ isEqual: true });
    expect(sums?.calls).toBe(sums?.events);
  }
});

test("tags are texts, and no key among them", async () => {
  const at = new Date().toISOString();
  const tagged = (tags: unknown) => write([callOf(randomUUID(), at, { tags })]);
  expect(await tagged({ feature: "summaries" })).toHaveLength(1);
  for (const tags of [
    ["a"],
    { a: 1 },
    { a: { b: "c" } },
    { a: `sk-ant-api03-${"k".repeat(40)}` },
    { a: "x".repeat(4_001) },
  ]) {
    await refuses(() => tagged(tags), "23514");
  }
});

test("request ids are kept in their order: as many as a call can have, and no key among them", async () => {
  const at = new Date().toISOString();
  const named = (ids: unknown, id = randomUUID()) => write([callOf(id, at, { anthropic_request_ids: ids })]);
  const idsOf = async (id: string) => {
    const [row] =
      await db.owner`select anthropic_request_ids as ids from public.ai_usage_events where id = ${id}`;
    return row?.ids;
  };
  const [many, none, former, unknown] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  const most = Array.from({ length: 16 }, (_, place) => `req_${place}`.padEnd(200, "x"));
  await named(most, many);
  expect(await idsOf(many)).toEqual(most);
  await named([], none);
  expect(await idsOf(none)).toEqual([]);
  // What waits of a process that knew of the last one alone.
  await write([
    callOf(former, at, { anthropic_request_id: "req_1" }),
    callOf(unknown, at, { anthropic_request_id: null }),
  ]);
  expect([await idsOf(former), await idsOf(unknown)]).toEqual([["req_1"], []]);
  for (const ids of [
    [...most, "req_16"],
    [null],
    ["x".repeat(3_201)],
    ["req_1", `sk-ant-api03-${"k".repeat(9)}`],
  ]) {
    await refuses(() => named(ids), "23514");
  }
});

test("months that are over can be dropped: their calls go, their sums stay, and nothing is booked again soon", async () => {
  const old = randomUUID();
  await db.owner`select private.make_usage_partitions('2024-01-31T23:30:00Z', 2)`;
  await write([callOf(old, "2024-02-29T23:59:59.999Z")]);
  expect(await partitionOf(old)).toBe("private.ai_usage_events_2024_02");
  const drop = async (before: string) => {
    const [row] = await db.owner<
      { dropped: number }[]
    >`select private.drop_usage_events(${before}) as dropped`;
    return row?.dropped;
  };
  expect(await drop("2024-02-29T23:00:00Z")).toBe(1);
  expect(await partitionOf(old)).toBe("private.ai_usage_events_2024_02");
  expect(await drop("2024-03-01T00:00:00Z")).toBe(1);
  expect(await partitionOf(old)).toBeUndefined();
  expect(
    await db.owner`select from public.ai_usage_daily where user_id = ${userId} and starts_at = '2024-02-29T00:00:00Z'`,
  ).toHaveLength(1);
  expect(await write([callOf(old, "2024-02-29T23:59:59.999Z")])).toEqual([]);
});

test("a partition that is made anew is as closed as the table, and none is made where rows lie already", async () => {
  await db.owner`select private.make_usage_partitions('2022-05-01T00:00:00Z', 1)`;
  await refuses(() => run(db, asUser(userId), "select * from private.ai_usage_events_2022_05"), "42501");
  await refuses(() => db.owner`truncate private.ai_usage_events_2022_05`, "42501");
  const [row] = await db.owner<{ made: number }[]>`
    select private.make_usage_partitions('1969-12-15T00:00:00Z', 3) as made`;
  expect(row?.made).toBe(2);
});
