import { expect, test } from "vitest";

import { createRateGate } from "./rate-gate.ts";

const START = Date.UTC(2026, 10, 23, 12);
const need = { inputTokens: 1_000 };

function setUp() {
  const clock = { at: START };
  return { clock, gate: createRateGate(() => clock.at) };
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
  const { gate } = setUp();
  expect(gate.take(need)).toBe(0);
  gate.observe(told("requests", { limit: 50, remaining: 40, inMs: 12_000 }));
  expect(Array.from({ length: 40 }, () => gate.take(need))).toEqual(Array(40).fill(0));
  expect(gate.take(need)).toBeGreaterThan(0);
});

test("with nothing left each request waits for what comes back, one after the other", () => {
  const { gate, clock } = setUp();
  gate.take(need);
  gate.observe(told("requests", { limit: 60, remaining: 0, inMs: 60_000 }));
  expect([gate.take(need), gate.take(need), gate.take(need)]).toEqual([1_000, 2_000, 3_000]);
  clock.at += 3_000;
  expect(gate.take(need)).toBe(1_000);
});

test("a request that is not sent gives back what it took", () => {
  const { gate } = setUp();
  gate.observe(told("requests", { limit: 60, remaining: 0, inMs: 60_000 }));
  expect(gate.take(need)).toBe(1_000);
  gate.giveBack(need);
  expect(gate.take(need)).toBe(1_000);
});

test("a large prompt waits for its tokens, one larger than the bucket for a full one", () => {
  const { gate } = setUp();
  gate.observe(told("input-tokens", { limit: 60_000, remaining: 10_000, inMs: 50_000 }));
  expect(gate.take({ inputTokens: 10_000 })).toBe(0);
  gate.giveBack({ inputTokens: 10_000 });
  expect(gate.take({ inputTokens: 30_000 })).toBe(20_000);
  gate.giveBack({ inputTokens: 30_000 });
  expect(gate.take({ inputTokens: 500_000 })).toBe(50_000);
});

test("where no output is left it waits for some", () => {
  const { gate } = setUp();
  gate.observe(told("output-tokens", { limit: 6_000, remaining: 0, inMs: 60_000 }));
  expect(gate.take(need)).toBe(10);
});

test("requests under way are not forgotten when an answer tells what was left before them", () => {
  const { gate } = setUp();
  gate.observe(told("requests", { limit: 60, remaining: 3, inMs: 57_000 }));
  expect([gate.take(need), gate.take(need), gate.take(need)]).toEqual([0, 0, 0]);
  gate.observe(told("requests", { limit: 60, remaining: 2, inMs: 58_000 }));
  expect(gate.take(need)).toBeGreaterThan(0);
});

test("what a refusal asked for holds everybody, and no longer", () => {
  const { gate, clock } = setUp();
  gate.holdFor(7_000);
  gate.holdFor(3_000);
  expect(gate.take(need)).toBe(7_000);
  clock.at += 7_000;
  expect(gate.take(need)).toBe(0);
});

test("headers that make no sense are none, and a reset far away stops nobody for more than a minute", () => {
  const { gate } = setUp();
  gate.observe(new Headers({ "anthropic-ratelimit-requests-limit": "many" }));
  expect(gate.take(need)).toBe(0);
  gate.observe(told("input-tokens", { limit: 1_000, remaining: 0, inMs: 86_400_000 }));
  expect(gate.take(need)).toBe(60_000);
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
  const { gate } = setUp();
  const headers = new Headers({
    "anthropic-ratelimit-requests-limit": limit,
    "anthropic-ratelimit-requests-remaining": remaining,
    "anthropic-ratelimit-requests-reset": new Date(START + 60_000).toISOString(),
  });
  gate.take(need);
  gate.observe(headers);
  expect(gate.take(need)).toBe(0);
});
