import { randomUUID } from "node:crypto";

import fc from "fast-check";
import { expect, test } from "vitest";

import { summarizeUsage, type UsageGroup, usageSeries } from "../src/index.ts";
import { asUser, organizationOwner, startService, userOwner } from "./support/service.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Around a month's end, the end of summer time in Europe and one of Lord Howe's half hours. */
const START = Date.parse("2026-09-28T00:00:00Z");
const SPAN = 40 * DAY;
/** One whose days begin with UTC's, whole hours off, half hours off, and off by a half hour in summer alone. */
const ZONES = ["UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/New_York"] as const;

interface Event {
  at: number;
  who: 0 | 1;
  isOurs: boolean;
  model: string;
  served: string | null;
  keySlot: string;
  operation: string;
  outcome: string;
  httpStatus: number | null;
  errorType: string | null;
  tokens: number;
  cost: string;
  durationMs: number;
}

const eventArbitrary = fc.record<Event>({
  // Often close to an hour's or a day's edge.
  at: fc
    .tuple(fc.integer({ min: 0, max: SPAN / HOUR - 1 }), fc.constantFrom(0, 1, 17 * 60_000, HOUR - 1))
    .map(([hour, rest]) => START + hour * HOUR + rest),
  who: fc.constantFrom(0, 1),
  isOurs: fc.boolean(),
  model: fc.constantFrom("claude-sonnet-5-5", "claude-haiku-5-5"),
  served: fc.constantFrom(null, "claude-opus-5-5"),
  keySlot: fc.constantFrom("primary", "secondary"),
  operation: fc.constantFrom("message", "message", "message", "token_count"),
  outcome: fc.constantFrom("success", "success", "error", "timeout", "aborted"),
  httpStatus: fc.constantFrom(null, 200, 429),
  errorType: fc.constantFrom(null, "rate_limit_error", "spend_limit", "overloaded_error"),
  tokens: fc.constantFrom(0, 1, 2_147_483_647),
  cost: fc.constantFrom("0", "0.1", "0.0000000000000000000000000001", "12345678901234567890.5"),
  durationMs: fc.nat(5_000),
});
const events = fc.array(eventArbitrary, { minLength: 1, maxLength: 60 });
const windows = fc
  .tuple(fc.nat(SPAN / 60_000), fc.constantFrom(1, HOUR - 1, HOUR, 36 * HOUR, 30 * DAY, 33 * DAY))
  .map(([minute, length]) => ({
    from: new Date(START + minute * 60_000 - DAY),
    to: new Date(START + minute * 60_000 - DAY + length),
  }));

test("usage that is read from sums by hour and day is that of the calls themselves, to the last digit", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  await fc.assert(
    fc.asyncProperty(
      events,
      fc.array(
        fc.record({
          window: windows,
          step: fc.constantFrom("hour", "day"),
          timeZone: fc.constantFrom(...ZONES),
          groupBy: fc.constantFrom<UsageGroup | undefined>(undefined, "model", "user", "key"),
          isOurs: fc.boolean(),
        }),
        { minLength: 3, maxLength: 6 },
      ),
      async (given, questions) => {
        const [dana, kim] = await Promise.all([database.createUser(), database.createUser()]);
        const acme = await database.createOrganization({ ownerId: dana });
        const people = [dana, kim] as const;
        // Several at once, as processes do, so that two add to the same sums.
        const parts = [given.slice(0, 20), given.slice(20, 40), given.slice(40)].filter(
          ({ length }) => length > 0,
        );
        await Promise.all(
          parts.map(
            (part) =>
              database.owner`select private.write_usage_events(${JSON.stringify(
                part.map((event) => callOf(event, people[event.who], event.isOurs ? acme : null)),
              )}::text::jsonb, now())`,
          ),
        );
        for (const { window, step, timeZone, groupBy, isOurs } of questions) {
          const owner = isOurs ? organizationOwner(acme) : userOwner(dana);
          const input = { actor: asUser(dana), owner, ...window };
          const isMeant = (event: Event) =>
            // Counting tokens is no call of a model.
            event.operation === "message" &&
            (isOurs ? event.isOurs : event.who === 0) &&
            event.at >= +window.from &&
            event.at < +window.to;
          const meant = given.filter(isMeant);
          const summary = await summarizeUsage(ctx, input);
          expect(summary).toMatchObject(await figuresOf(database.owner, meant));
          expect(summary.models.map(({ model }) => model).toSorted()).toEqual(
            [...new Set(meant.map(modelOf))].toSorted(),
          );
          const points = await usageSeries(ctx, { ...input, step, timeZone, groupBy });
          expect(points.map(({ calls }) => calls).reduce((sum, calls) => sum + calls, 0)).toBe(meant.length);
          const keyOf = ({ startsAt, group }: { startsAt: string; group: string | null }) =>
            `${startsAt} ${group}`;
          const begins = await beginsOf(database.owner, meant, step, timeZone);
          const groups = Map.groupBy(meant, (event) =>
            keyOf({ startsAt: begins.get(event.at) ?? "", group: groupOf(event, groupBy, people) }),
          );
          expect(points.map(keyOf).toSorted()).toEqual([...groups.keys()].toSorted());
          for (const point of points) {
            expect(point).toMatchObject(await figuresOf(database.owner, groups.get(keyOf(point)) ?? []));
          }
        }
      },
    ),
    { numRuns: 25 },
  );
}, 120_000);

test("latencies are told of as many calls as can be looked at while somebody waits", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const dana = await database.createUser();
  const [event] = fc.sample(eventArbitrary, 1) as [Event];
  const count = { ...event, at: START + 60_000, operation: "token_count", outcome: "success", durationMs: 1 };
  const call = callOf({ ...count, operation: "message", outcome: "success", durationMs: 700 }, dana, null);
  const rows = JSON.stringify([call, callOf(count, dana, null)]);
  await database.owner`select private.write_usage_events(${rows}::text::jsonb, now())`;
  const input = {
    actor: asUser(dana),
    owner: userOwner(dana),
    from: new Date(START),
    to: new Date(START + DAY),
  };
  const both = async () => [
    await summarizeUsage(ctx, input),
    ...(await usageSeries(ctx, { ...input, step: "day" })),
  ];
  expect(await both()).toMatchObject([{ latencyP50: 700 }, { latencyP50: 700 }]);
  await database.owner`update public.ai_usage_daily set calls = 500001 where user_id = ${dana}`;
  expect(await both()).toMatchObject([
    { calls: 500_001, latencyP50: null, latencyP95: null },
    { calls: 500_001, latencyP50: null, latencyP95: null },
  ]);
});

const isRateLimited = ({ httpStatus, errorType }: Event) =>
  errorType === "rate_limit_error" || (httpStatus === 429 && errorType !== "spend_limit");
const modelOf = ({ served, model }: Event) => served ?? model;

function groupOf(
  event: Event,
  groupBy: UsageGroup | undefined,
  people: readonly [string, string],
): string | null {
  if (groupBy === undefined) return null;
  return { model: modelOf(event), user: people[event.who], key: event.keySlot }[groupBy];
}

/** One call as `private.write_usage_events` takes it. */
function callOf(event: Event, userId: string, organizationId: string | null) {
  const columns = {
    user_id: userId,
    organization_id: organizationId,
    model_asked: event.model,
    model_served: event.served,
    api_version: "2026-10-21",
    key_slot: event.keySlot,
    started_at: new Date(event.at),
    duration_ms: event.durationMs,
    attempts: 1,
    operation: event.operation,
    outcome: event.outcome,
    http_status: event.httpStatus,
    error_type: event.errorType,
    is_stream: false,
    input_tokens: event.tokens,
    output_tokens: event.tokens,
    cache_read_tokens: event.tokens,
    cache_write_5m_tokens: event.tokens,
    cache_write_1h_tokens: 1,
    web_searches: 0,
    cost_basis: "exact",
    tags: {},
  };
  return [randomUUID(), event.cost, [], [], columns];
}

type Sql = Awaited<ReturnType<typeof startService>>["database"]["owner"];

/** The same sums without any table. */
async function figuresOf(sql: Sql, meant: readonly Event[]) {
  const tokens = meant.reduce((sum, event) => sum + event.tokens, 0);
  const [row] = await sql<{ cost: string }[]>`
    select trim_scale(coalesce(sum(u.cost), 0))::text as cost
    from unnest(${meant.map(({ cost }) => cost)}::numeric[]) as u (cost)`;
  return {
    calls: meant.length,
    failures: meant.filter(({ outcome }) => outcome === "error" || outcome === "timeout").length,
    rateLimited: meant.filter(isRateLimited).length,
    inputTokens: tokens,
    outputTokens: tokens,
    cacheReadTokens: tokens,
    cacheWriteTokens: tokens + meant.length,
    cost: row?.cost,
  };
}

/** When the hour or day of each event begins, by the database's own calendar. */
async function beginsOf(sql: Sql, meant: readonly Event[], step: string, timeZone: string) {
  const rows = await sql<{ at: number; startsAt: string }[]>`
    select u.at::float8 as at, to_char(date_trunc(${step}, to_timestamp(u.at / 1000.0), ${timeZone}) at time zone 'utc',
      'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "startsAt" from unnest(${meant.map(({ at }) => at)}::numeric[]) as u (at)`;
  return new Map(rows.map(({ at, startsAt }) => [at, startsAt]));
}
