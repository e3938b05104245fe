import { afterAll, beforeAll, expect, test } from "vitest";

import { systemClock } from "../src/calls/clock.ts";
import { failures } from "../testing/index.ts";
import { ask, type GovernedTest, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
let aheadMs = 0;
beforeAll(async () => {
  governed = await startGoverned({ clock: { ...systemClock, now: () => Date.now() + aheadMs } });
});
afterAll(() => governed[Symbol.asyncDispose]());

const settings = {
  model: { model: "claude-sonnet-5-5", maxTokens: 100 },
  retryStrategy: { maxRetries: 1, backoffType: "fixed", baseDelay: 100, maxDelay: 100 },
  timeouts: { connectionTimeout: 5_000, generationTimeout: 5_000, totalRequestTimeout: 10_000 },
};

test.each([3_600_000, -3_600_000])(
  "a date that is put right by %d ms during a call changes neither its retries nor how long it took",
  async (step) => {
    const userId = await governed.makeUser({ settings });
    const before = governed.sent().length;
    governed.server.script(failures.overloaded(), { delayMs: 100 });
    const answer = governed.claude.forUser(userId).messages.create(ask);
    await expect.poll(() => governed.sent().length).toBe(before + 1);
    aheadMs += step;
    const { governed: told } = await answer;
    expect(told.attempts.map(({ status }) => status)).toEqual([529, 200]);
    const { durationMs, firstByteMs } = governed.ledger.at(-1) ?? {};
    expect(durationMs).toBeGreaterThan(200);
    expect(durationMs).toBeLessThan(5_000);
    expect(firstByteMs).toBeLessThan(5_000);
  },
);
