import { expect, test } from "vitest";

import { createRateGate, type Need } from "./rate-gate.ts";

const START = Date.UTC(2026, 10, 23, 12);
const need = { inputTokens: 1_000 };

function setUp() {
  const clock = { at: START };
  const gate = createRateGate({ now: () => clock.at, steady: () => clock.at });
  return {
    clock,
    gate,
    /** Asks for a place and keeps it. */
    wait: (given: Need = need) => gate.take(given).waitMs,
    /** Asks for a place and leaves it. */
    look(given: Need = need) {
      const permit = gate.take(given);
      permit.giveBack();
      return permit.waitMs;
    },
    /** An answer of a request of its own. */
    hear: (headers: Headers) => gate.take({ inputTokens: 0 }).observe(headers),
  };
}

function told(
  kind: string,
  { limit, remaining, inMs }: { limit: number; remaining: number; inMs: number },
): Headers {
  return new Headers({
    [`anthropic-ratelimit-${kind}-limit`]: String(limit),
    [`anthropic-ratelimit-${kind}-remaining`]: String(remaining),
    [`anthropic-ratelimit-${kind}-reset`]: new Date(START + inMs).toISOString(),
  });
}

test("nobody waits where nothing was told, or enough is left", () => {
  const { wait, hear } = setUp();
  expect(wait()).toBe(0);
  hear(told("requests", { limit: 50, remaining: 41, inMs: 12_000 }));
  expect(Array.from({ length: 40 }, () => wait())).toEqual(Array(40).fill(0));
  expect(wait()).toBeGreaterThan(0);
});

test("with nothing left each request waits for what comes back, one after the other", () => {
  const { wait, hear, clock } = setUp();
  hear(told("requests", { limit: 60, remaining: 0, inMs: 60_000 }));
  expect([wait(), wait(), wait()]).toEqual([1_000, 2_000, 3_000]);
  clock.at += 3_000;
  expect(wait()).toBe(1_000);
});

test("a request that is not sent gives back what it took, once", () => {
  const { gate, hear } = setUp();
  hear(told("requests", { limit: 60, remaining: 0, inMs: 60_000 }));
  const [first, second] = [gate.take(need), gate.take(need)];
  expect([first.waitMs, second.waitMs]).toEqual([1_000, 2_000]);
  first.giveBack();
  first.giveBack();
  expect(gate.take(need).waitMs).toBe(2_000);
});

test("a large prompt waits for its tokens, one larger than the bucket for a full one", () => {
  const { look, hear } = setUp();
  hear(told("input-tokens", { limit: 60_000, remaining: 10_000, inMs: 50_000 }));
  expect(look({ inputTokens: 10_000 })).toBe(0);
  expect(look({ inputTokens: 30_000 })).toBe(20_000);
  expect(look({ inputTokens: 500_000 })).toBe(50_000);
});

test("where no output is left it waits for some", () => {
  const { wait, hear } = setUp();
  hear(told("output-tokens", { limit: 6_000, remaining: 0, inMs: 60_000 }));
  expect(wait()).toBe(10);
});

test("requests under way are not forgotten when an answer tells what was left before them", () => {
  const { gate, wait, hear } = setUp();
  hear(told("requests", { limit: 60, remaining: 3, inMs: 57_000 }));
  const [first, ...others] = Array.from({ length: 3 }, () => gate.take(need));
  expect([first, ...others].map((permit) => permit?.waitMs)).toEqual([0, 0, 0]);
  first?.observe(told("requests", { limit: 60, remaining: 2, inMs: 58_000 }));
  expect(wait()).toBeGreaterThan(0);
});

test("what was guessed too large is put right by its own answer, although others are always under way", () => {
  const { gate, clock } = setUp();
  // A long prompt that is read from the cache does not count to this limit.
  const cached = { inputTokens: 100_000 };
  const plenty = () => {
    const inMs = clock.at - START;
    return told("input-tokens", { limit: 2_000_000, remaining: 2_000_000, inMs });
  };
  gate.take(cached).observe(plenty());
  const underWay = Array.from({ length: 5 }, () => gate.take(cached));
  for (let calls = 0; calls < 500; calls += 1) {
    const permit = gate.take(cached);
    expect(permit.waitMs).toBe(0);
    underWay.push(permit);
    clock.at += 20;
    underWay.shift()?.observe(plenty());
  }
});

test("an answer that was overtaken brings nothing back that a newer one told as taken", () => {
  const { gate, wait, look } = setUp();
  const [older, newer, next] = [gate.take(need), gate.take(need), gate.take(need)];
  newer.observe(told("requests", { limit: 60, remaining: 0, inMs: 60_000 }));
  older.observe(told("requests", { limit: 60, remaining: 50, inMs: 10_000 }));
  expect(look()).toBe(2_000);
  next.observe(told("requests", { limit: 60, remaining: 50, inMs: 10_000 }));
  expect(wait()).toBe(0);
});

test("a reset is read by the clock of whoever told it", () => {
  const { gate, look } = setUp();
  const ahead = 3_600_000;
  const headers = told("requests", { limit: 60, remaining: 0, inMs: 30_000 - ahead });
  headers.set("date", new Date(START - ahead).toUTCString());
  gate.take(need).observe(headers);
  expect(look()).toBe(500);
});

test("a date that is put right neither prolongs a hold nor fills a bucket", () => {
  const date = { at: START };
  const passed = { at: 0 };
  const gate = createRateGate({ now: () => date.at, steady: () => passed.at });
  gate.take(need).observe(told("requests", { limit: 60, remaining: 0, inMs: 60_000 }));
  gate.holdFor(7_000);
  for (const step of [3_600_000, -7_200_000]) {
    date.at += step;
    const permit = gate.take(need);
    expect(permit.waitMs).toBe(7_000);
    permit.giveBack();
  }
  passed.at = 7_000;
  expect(gate.take(need).waitMs).toBe(0);
});

test("what a refusal asked for holds everybody, and no longer", () => {
  const { gate, wait, clock } = setUp();
  gate.holdFor(7_000);
  gate.holdFor(3_000);
  expect(wait()).toBe(7_000);
  clock.at += 7_000;
  expect(wait()).toBe(0);
});

test("headers that make no sense are none, and a reset far away stops nobody for more than a minute", () => {
  const { wait, hear } = setUp();
  hear(new Headers({ "anthropic-ratelimit-requests-limit": "many" }));
  expect(wait()).toBe(0);
  hear(told("input-tokens", { limit: 1_000, remaining: 0, inMs: 86_400_000 }));
  expect(wait()).toBe(60_000);
});

test.each([
  ["60", "", "nothing"],
  ["60", " ", "a blank"],
  ["60", "-5", "less than nothing"],
  ["60", "0x0", "a number in other digits"],
  ["1e-9", "0", "a limit below one"],
  ["0", "0", "no limit"],
  ["Infinity", "0", "no number"],
])("a limit of %j with %j left tells %s, and nobody waits for it", (limit, remaining) => {
  const { wait, hear } = setUp();
  const headers = new Headers({
    "anthropic-ratelimit-requests-limit": limit,
    "anthropic-ratelimit-requests-remaining": remaining,
    "anthropic-ratelimit-requests-reset": new Date(START + 60_000).toISOString(),
  });
  hear(headers);
  expect(wait()).toBe(0);
});

test("answers that take longer than a limit's minute hold up nobody after them", () => {
  const { gate, clock } = setUp();
  const open: { at: number; permit: ReturnType<typeof gate.take> }[] = [];
  const waits: number[] = [];
  // Thirty a minute of fifty that may come, each answered after three minutes.
  for (let call = 0; call < 400; call += 1) {
    clock.at += 2_000;
    for (const [first] = open; first !== undefined && clock.at - first.at >= 180_000; ) {
      open.shift();
      first.permit.observe(
        new Headers({
          "anthropic-ratelimit-requests-limit": "50",
          "anthropic-ratelimit-requests-remaining": "49",
          "anthropic-ratelimit-requests-reset": new Date(clock.at + 1_200).toISOString(),
        }),
      );
      break;
    }
    const permit = gate.take(need);
    waits.push(permit.waitMs);
    open.push({ at: clock.at, permit });
  }
  expect(Math.max(...waits)).toBe(0);
});
