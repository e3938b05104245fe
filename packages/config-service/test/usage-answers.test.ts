import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { summarizeUsage, usageSeries } from "../src/index.ts";
import { asUser, startService, userOwner } from "./support/service.ts";

type Service = Awaited<ReturnType<typeof startService>>;

let service: Service;
let dana: string;
const FROM = new Date("2026-11-01T00:00:00Z");
const TO = new Date("2026-11-03T00:00:00Z");
const asked = () => ({ actor: asUser(dana), owner: userOwner(dana), from: FROM, to: TO });

beforeAll(async () => {
  service = await startService();
  dana = await service.database.createUser();
  // Neither by name nor by time in the order of what they cost.
  await write([
    { at: "2026-11-02T05:00:00Z", model: "claude-opus-5-5", cost: "10.5", durationMs: 900 },
    { at: "2026-11-01T07:10:00Z", model: "claude-sonnet-5-5", cost: "9", durationMs: 100 },
    { at: "2026-11-01T07:20:00Z", model: "claude-haiku-5-5", cost: "2.25", durationMs: 300 },
    { at: "2026-11-01T07:30:00Z", model: "claude-haiku-5-5", cost: "0.75", durationMs: 501 },
    {
      at: "2026-11-01T07:40:00Z",
      model: "claude-haiku-5-5",
      cost: "0",
      durationMs: 9_000,
      outcome: "error",
      httpStatus: 429,
    },
  ]);
});
afterAll(() => service?.[Symbol.asyncDispose]());

interface Call {
  at: string;
  model: string;
  cost: string;
  durationMs: number;
  outcome?: string;
  httpStatus?: number;
}

async function write(calls: readonly Call[]) {
  const rows = calls.map(({ at, model, cost, durationMs, outcome = "success", httpStatus = 200 }) => [
    randomUUID(),
    cost,
    [],
    [],
    {
      user_id: dana,
      model_asked: model,
      api_version: "2026-10-21",
      key_slot: "primary",
      started_at: at,
      duration_ms: durationMs,
      attempts: 1,
      outcome,
      http_status: httpStatus,
      is_stream: false,
      input_tokens: 1,
      output_tokens: 1,
      cache_read_tokens: 0,
      cache_write_5m_tokens: 0,
      cache_write_1h_tokens: 0,
      web_searches: 0,
      cost_basis: "exact",
      tags: {},
    },
  ]);
  await service.database
    .owner`select private.write_usage_events(${JSON.stringify(rows)}::text::jsonb, now())`;
}

test("a summary tells the dearest models first", async () => {
  const { models } = await summarizeUsage(service.ctx, asked());
  expect(models.map(({ model, cost }) => [model, cost])).toEqual([
    ["claude-opus-5-5", "10.5"],
    ["claude-sonnet-5-5", "9"],
    ["claude-haiku-5-5", "3"],
  ]);
});

test("a series comes in the order of time and names, each group with latencies of its own", async () => {
  const points = await usageSeries(service.ctx, { ...asked(), step: "hour", groupBy: "model" });
  expect(
    points.map(({ startsAt, group, latencyP50, latencyP95 }) => [startsAt, group, latencyP50, latencyP95]),
  ).toEqual([
    // Of the successful calls alone; between two the latency lies as far as the part says, to the millisecond.
    ["2026-11-01T07:00:00.000Z", "claude-haiku-5-5", 400, 491],
    ["2026-11-01T07:00:00.000Z", "claude-sonnet-5-5", 100, 100],
    ["2026-11-02T05:00:00.000Z", "claude-opus-5-5", 900, 900],
  ]);
});

test("what was held back is counted alike from the calls and from their sums", async () => {
  const held = { calls: 4, failures: 1, rateLimited: 1, cost: "12" };
  const hour = { from: new Date("2026-11-01T07:00:00Z"), to: new Date("2026-11-01T08:00:00Z") };
  expect(await summarizeUsage(service.ctx, { ...asked(), ...hour })).toMatchObject(held);
  const within = { from: new Date("2026-11-01T07:05:00Z"), to: new Date("2026-11-01T07:55:00Z") };
  expect(await summarizeUsage(service.ctx, { ...asked(), ...within })).toMatchObject(held);
});

test("latencies are told of the longest month there is and of no more", async () => {
  const of = (to: string) => summarizeUsage(service.ctx, { ...asked(), to: new Date(to) });
  expect(await of("2026-12-02T01:00:00.000Z")).toMatchObject({ calls: 5, latencyP50: 400 });
  expect(await of("2026-12-02T01:00:00.001Z")).toMatchObject({ calls: 5, latencyP50: null });
});

describe("a time at the end of what is counted", () => {
  test.each([
    ["its first moment", "1900-01-01T00:00:00.000Z", "1900-01-02T00:00:00.000Z", []],
    ["before it", "1899-12-31T23:59:59.999Z", "1900-01-02T00:00:00.000Z", ["from"]],
    ["its last moment", "9998-12-31T00:00:00.000Z", "9998-12-31T23:59:59.999Z", []],
    ["past it", "9998-12-31T00:00:00.000Z", "9999-01-01T00:00:00.000Z", ["to"]],
    ["no time at all", "never", "9998-12-31T00:00:00.000Z", ["from", "to"]],
  ])("%s", async (_, from, to, paths) => {
    const answer = summarizeUsage(service.ctx, { ...asked(), from: new Date(from), to: new Date(to) });
    if (paths.length === 0) expect(await answer).toMatchObject({ calls: 0, cost: "0", models: [] });
    else {
      await expect(answer).rejects.toMatchObject({
        code: "INPUT_INVALID",
        issues: paths.map((path) => ({ path })),
      });
    }
  });
});

test("a series of more points than one answer holds is refused, one of as many is not", async () => {
  const kim = await service.database.createUser();
  await service.database.owner`
    insert into public.ai_usage_hourly (starts_at, user_id, model, key_slot, calls, failures, rate_limited, input_tokens,
        output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, web_searches, cost)
      select timestamptz '2026-01-01 00:00Z' + interval '1 hour' * (n % 500), ${kim}, 'model-' || n / 500, 'primary',
        1, 0, 0, 1, 1, 0, 0, 0, 0, 0.1
      from generate_series(0, 19999) as n`;
  const question = {
    actor: asUser(kim),
    owner: userOwner(kim),
    from: new Date("2026-01-01T00:00:00Z"),
    to: new Date("2026-02-01T00:00:00Z"),
    step: "hour",
    groupBy: "model",
  } as const;
  expect(await usageSeries(service.ctx, question)).toHaveLength(20_000);
  await service.database.owner`
    insert into public.ai_usage_hourly select starts_at, user_id, organization_id, 'one-more', key_slot, calls, failures,
        rate_limited, input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens,
        web_searches, cost
      from public.ai_usage_hourly where user_id = ${kim} limit 1`;
  await expect(usageSeries(service.ctx, question)).rejects.toMatchObject({
    code: "INPUT_INVALID",
    issues: [{ path: "from", code: "out_of_range" }],
  });
});
