import { sumUsd } from "@ai-config/config-core";
import { expect, test } from "vitest";

import { systemClock } from "../src/calls/clock.ts";
import { createMemoryStore, type GovernedMessages } from "../src/index.ts";
import { failures, type Step } from "../testing/index.ts";
import { ask, makeKey, startGoverned } from "./support/start-governed.ts";

const CALLS = 300;
const usage = { inputTokens: 10, outputTokens: 20 };
const text = "Here I am, at last.";

/** Everything that can become of a request, most of it more than once. */
const STEPS: readonly Step[] = [
  {},
  {},
  {},
  {},
  { delayMs: 5 },
  { chunkDelayMs: 2, chunks: 10 },
  failures.overloaded(),
  failures.internal(),
  failures.rateLimited(),
  failures.authentication(),
  failures.spendCap400(),
  failures.enforcedSpendLimit(),
  failures.invalidRequest(),
  failures.dropConnection(),
  failures.resetStream(1),
  failures.brokenStream(1),
  failures.malformedJson(),
  failures.stalledStream(1),
  failures.hang(),
  failures.slowBody(400),
];

type Way = (messages: GovernedMessages, signal: AbortSignal) => Promise<unknown>;
const WAYS: readonly Way[] = [
  (messages, signal) => messages.create({ ...ask, max_tokens: 2 }, { signal }),
  (messages, signal) => messages.create(ask, { signal }),
  (messages, signal) => messages.stream(ask, { signal }).finalMessage(),
  (messages, signal) => messages.countTokens(ask, { signal }),
  async (messages, signal) => {
    for await (const event of await messages.create({ ...ask, stream: true }, { signal })) void event;
  },
  async (messages, signal) => {
    for await (const { type } of await messages.create({ ...ask, stream: true }, { signal })) {
      if (type === "content_block_delta") break;
    }
  },
  // Taken and never read: the timeout ends it.
  (messages, signal) => messages.create({ ...ask, stream: true }, { signal }),
];

test.each(["memory", "postgres"])(
  "after a storm of everything at once nothing is held, and the books are right to the last digit: %s",
  async (kind) => {
    await using governed = await startGoverned({ clock: systemClock, fallbackModels: ["claude-haiku-5-5"] });
    const draw = mulberry32(7);
    const memory = createMemoryStore({ writeEntry: (entry) => void governed.ledger.push(entry) });
    const store = kind === "memory" ? memory : undefined;
    const users = await Promise.all(
      Array.from({ length: 3 }, () =>
        governed.makeUser({
          formerKey: makeKey(),
          settings: {
            model: { model: "claude-sonnet-5-5", maxTokens: 4_096 },
            rateLimiting: { requestsPerMinute: 100_000, burstAllowance: 10_000, concurrentRequests: 40 },
            retryStrategy: { maxRetries: 2, backoffType: "fixed", baseDelay: 1, maxDelay: 2 },
            timeouts: { connectionTimeout: 100, generationTimeout: 200, totalRequestTimeout: 600 },
          },
        }),
      ),
    );
    const claude = governed.restart({ store, random: draw, limitWaitMs: 300 });
    const next = () => ({ usage, text, ...pick(STEPS, draw) });
    governed.server.script(...Array.from({ length: CALLS * 6 }, next));
    const outcomes = await Promise.allSettled(
      Array.from({ length: CALLS }, async (_, call) => {
        await systemClock.sleep(draw() * 1_500, new AbortController().signal);
        const leaving = new AbortController();
        if (draw() < 0.2) setTimeout(() => leaving.abort(), draw() * 100);
        return pick(WAYS, draw)(claude.forUser(users[call % 3] as string).messages, leaving.signal);
      }),
    );
    const failed = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(outcomes.length - failed.length).toBeGreaterThan(0);
    for (const { reason } of failed) expect(reason.name).toMatch(/^(AIConfigError|APIUserAbortError)$/);
    expect(failed.filter(({ reason }) => reason.code === "INTERNAL")).toEqual([]);

    for (const userId of users) {
      const budgets = () => claude.forUser(userId).budgets();
      await expect
        .poll(async () => (await budgets()).map(({ reserved }) => reserved))
        .toEqual(["0", "0", "0"]);
      await governed.database.owner`select private.write_pending_calls(null)`;
      const costs =
        kind === "memory"
          ? governed.ledger.filter((entry) => entry.userId === userId).map(({ cost }) => cost)
          : (
              await governed.database.owner<{ cost: string }[]>`
              select cost::text from public.ai_usage_events where user_id = ${userId}`
            ).map(({ cost }) => cost);
      expect(costs.length).toBeGreaterThan(0);
      for (const { spent } of await budgets()) expect(spent).toBe(sumUsd(costs));
    }
  },
);

function pick<T>(from: readonly T[], draw: () => number): T {
  return from[Math.floor(draw() * from.length)] as T;
}

/** The same numbers in every run. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
