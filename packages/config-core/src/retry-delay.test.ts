import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { DEFAULT_AI_CONFIGURATION, type RetryStrategy, retryDelay } from "./index.ts";

const strategy = (changes: Partial<RetryStrategy> = {}): RetryStrategy => ({
  ...DEFAULT_AI_CONFIGURATION.retryStrategy,
  ...changes,
});

describe("retryDelay", () => {
  test.each([
    ["exponential", [1000, 2000, 4000, 8000, 16_000, 16_000]],
    ["linear", [1000, 2000, 3000, 4000, 5000, 6000]],
    ["fixed", [1000, 1000, 1000, 1000, 1000, 1000]],
  ] as const)("grows %s", (backoffType, expected) => {
    const delays = expected.map((_, attempt) => retryDelay(attempt, strategy({ backoffType })));
    expect(delays).toEqual(expected);
  });

  test("never exceeds the maximum delay, not even after a thousand attempts", () => {
    expect(retryDelay(5000, strategy())).toBe(16_000);
    expect(retryDelay(0, strategy({ baseDelay: 20_000 }))).toBe(16_000);
  });

  test("with a random number is drawn from nothing to the full delay", () => {
    expect(retryDelay(1, strategy(), { random: () => 0 })).toBe(0);
    expect(retryDelay(1, strategy(), { random: () => 0.5 })).toBe(1000);
    expect(retryDelay(1, strategy(), { random: () => 1 - 2 ** -53 })).toBe(2000);
  });

  test("waits at least as long as the server asked, up to a limit", () => {
    expect(retryDelay(0, strategy(), { retryAfterMs: 30_000 })).toBe(30_000);
    expect(retryDelay(0, strategy(), { retryAfterMs: 10 })).toBe(1000);
    expect(retryDelay(0, strategy(), { retryAfterMs: 2 ** 31 })).toBe(60_000);
    expect(retryDelay(0, strategy(), { retryAfterMs: 30_000, retryAfterMaxMs: 5000 })).toBe(5000);
    expect(retryDelay(0, strategy(), { retryAfterMs: 2000, random: () => 0 })).toBe(2000);
    expect(retryDelay(0, strategy(), { retryAfterMs: Number.NaN })).toBe(1000);
  });

  test("is a whole number of milliseconds within its bounds, whatever the strategy", () => {
    const strategies = fc.record({
      maxRetries: fc.integer({ min: 0, max: 10 }),
      backoffType: fc.constantFrom("exponential" as const, "linear" as const, "fixed" as const),
      baseDelay: fc.integer({ min: 1, max: 3_600_000 }),
      maxDelay: fc.integer({ min: 1, max: 3_600_000 }),
    });
    const share = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(strategies, fc.integer({ min: -1, max: 2000 }), share, (any, attempt, drawn) => {
        const full = retryDelay(attempt, any);
        const delay = retryDelay(attempt, any, { random: () => drawn });
        expect(Number.isSafeInteger(full) && Number.isSafeInteger(delay)).toBe(true);
        expect(0 <= delay && delay <= full && full <= any.maxDelay).toBe(true);
      }),
    );
  });
});
