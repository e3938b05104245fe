import { type ErrorCode, sumUsd } from "@ai-config/config-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { AttemptReport, GovernedClaude } from "../src/index.ts";
import { failures, type Step } from "../testing/index.ts";
import { ask, type GovernedTest, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
beforeAll(async () => {
  governed = await startGoverned();
});
afterAll(() => governed[Symbol.asyncDispose]());

/** One slot: each call shows that the one before has given it back. */
const settings = {
  model: { model: "claude-sonnet-5-5", maxTokens: 100 },
  rateLimiting: { concurrentRequests: 1, requestsPerMinute: 100_000, burstAllowance: 1_000 },
};
const answer: Step = { text: "Here I am.", usage: { inputTokens: 10, outputTokens: 20 } };
const COST = "0.00022";

/** How an answer reaches us: in one piece, in pieces that we put together, or in pieces for the caller. */
const MODES = {
  whole: (claude: GovernedClaude, userId: string) => claude.forUser(userId).messages.create(ask),
  collected: (claude: GovernedClaude, userId: string) =>
    claude.forUser(userId).messages.create({ ...ask, max_tokens: 4096 }),
  stream: async (claude: GovernedClaude, userId: string) => {
    const stream = await claude.forUser(userId).messages.create({ ...ask, stream: true });
    for await (const event of stream) void event;
    return { governed: await stream.governed };
  },
};
const modes = Object.keys(MODES) as (keyof typeof MODES)[];

interface Fault {
  readonly name: string;
  readonly step: Step;
  readonly kind: string;
  readonly code: ErrorCode;
  readonly status: number | null;
  readonly isRetried: boolean;
  /** The shortest wait, where the server asked for it. */
  readonly retryAfterMs?: number;
}

const refused = "PROVIDER_REQUEST_REFUSED";
const away = "PROVIDER_UNAVAILABLE";
const limited = "PROVIDER_RATE_LIMITED";
const capped = "PROVIDER_SPEND_LIMIT";
const fault = (
  name: string,
  step: Step,
  kind: string,
  code: ErrorCode,
  more: Partial<Fault> = {},
): Fault => ({
  name,
  step,
  kind,
  code,
  status: step.failure?.status ?? null,
  isRetried: false,
  ...more,
});
const again = { isRetried: true };

const FAULTS: readonly Fault[] = [
  fault("400", failures.invalidRequest(), "invalid_request", refused),
  fault("400, the organization's cap", failures.spendCap400(), "spend_limit", capped),
  fault("400, the workspace's cap", failures.workspaceSpendCap400(), "spend_limit", capped),
  fault("401", failures.authentication(), "key_refused", "PROVIDER_KEY_REFUSED"),
  fault("402", failures.billing(), "billing", capped),
  fault("403", failures.permission(), "permission", refused),
  fault("404", failures.notFound(), "not_found", refused),
  fault("408", failures.requestTimeout(), "request_timeout", away, again),
  fault("409", failures.conflict(), "conflict", away, again),
  fault("413", failures.requestTooLarge(), "too_large", refused),
  fault("429", failures.rateLimited(), "rate_limit", limited, again),
  fault("429 with retry-after", failures.rateLimited(7), "rate_limit", limited, {
    ...again,
    retryAfterMs: 7_000,
  }),
  fault("429, ramp", failures.rampLimit(9), "ramp_limit", limited, { ...again, retryAfterMs: 9_000 }),
  fault("429, the tier's cap", failures.enforcedSpendLimit(), "spend_limit", capped),
  fault("429, the contract's cap", failures.contractSpendLimit(), "spend_limit", capped),
  fault("500", failures.internal(), "unavailable", away, again),
  fault("503", failures.serviceUnavailable(), "unavailable", away, again),
  fault("504", failures.gatewayTimeout(), "unavailable", away, again),
  fault("529", failures.overloaded(), "overloaded", away, again),
  fault("a dropped connection", failures.dropConnection(), "connection", away, again),
];

const cases = modes.flatMap((mode) => FAULTS.map((one) => [one.name, mode, one] as const));

test.each(cases)(
  "%s once, %s",
  async (_, mode, { step, kind, code, status, isRetried, retryAfterMs = 0 }) => {
    const userId = await governed.makeUser({ settings });
    const claude = governed.restart();
    governed.clock.takeSleeps();
    governed.server.script(step, answer);
    const call = MODES[mode](claude, userId);
    if (isRetried) {
      const { governed: facts } = await call;
      const wait = Math.max(1_000, retryAfterMs);
      expect(facts.attempts).toMatchObject([
        { failure: kind, status },
        { failure: null, status: 200 },
      ]);
      expect(facts.waits).toEqual([{ reason: "retry", ms: wait }]);
      expect(governed.clock.takeSleeps()).toEqual([wait]);
      expect(facts.cost).toEqual({ amount: COST, basis: "exact" });
      await expectExact(userId, COST);
    } else {
      await expect(call).rejects.toMatchObject({ code, details: { kind, status, waits: [] } });
      expect(governed.clock.takeSleeps()).toEqual([]);
      expect(governed.server.pendingSteps()).toEqual([answer]);
      await expectExact(userId, "0");
    }
    expect((await MODES[mode](claude, userId)).governed.outcome).toBe("success");
  },
);

test.each(cases)(
  "%s without end, %s",
  async (_, mode, { step, kind, code, status, isRetried, retryAfterMs = 0 }) => {
    const userId = await governed.makeUser({ settings });
    const claude = governed.restart();
    governed.clock.takeSleeps();
    governed.server.respondWith(step);
    const before = governed.sent().length;
    const error = await MODES[mode](claude, userId).catch((caught: unknown) => caught);
    governed.server.respondWith({});

    const waits = isRetried ? [1_000, 2_000, 4_000].map((ms) => Math.max(ms, retryAfterMs)) : [];
    expect(governed.clock.takeSleeps()).toEqual(waits);
    expect(governed.sent()).toHaveLength(before + waits.length + 1);
    expect(error).toMatchObject({
      name: "AIConfigError",
      code,
      details: {
        kind,
        status,
        requestId: status === null ? null : governed.sent().at(-1)?.requestId,
        waits: waits.map((ms) => ({ reason: "retry", ms })),
      },
    });
    const { attempts } = (error as { details: { attempts: AttemptReport[] } }).details;
    expect(attempts).toMatchObject(Array(waits.length + 1).fill({ failure: kind, status }));
    expect(governed.ledger.at(-1)).toMatchObject({
      userId,
      outcome: "error",
      attempts: waits.length + 1,
      httpStatus: status,
      cost: "0",
    });
    await expectExact(userId, "0");
    expect((await MODES[mode](claude, userId)).governed.outcome).toBe("success");
  },
);

/** What is spent is what the ledger says, to the last digit, and nothing is held any more. */
async function expectExact(userId: string, spent: string): Promise<void> {
  expect(await governed.figures(userId)).toEqual(Array(3).fill({ spent, reserved: "0" }));
  const entries = governed.ledger.filter((entry) => entry.userId === userId);
  expect(sumUsd(entries.map(({ cost }) => cost))).toBe(spent);
}
