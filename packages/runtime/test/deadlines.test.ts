import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../src/calls/clock.ts";
import { createMemoryStore, type GovernedClaudeOptions, type GovernedMessages } from "../src/index.ts";
import { failures, type Step } from "../testing/index.ts";
import { ask, type GovernedTest, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
beforeAll(async () => {
  governed = await startGoverned({ clock: systemClock });
});
afterAll(() => governed[Symbol.asyncDispose]());

const FOREVER = 600_000;
/** How late a timer may be before the call counts as late. */
const TOLERANCE_MS = 100;
/** Two tokens are written so fast that the answer may come in one piece. */
const WHOLE = { maxTokens: 2, streaming: false };
const PIECES = { maxTokens: 4_096 };

type Send = (messages: GovernedMessages) => Promise<unknown>;
const create: Send = (messages) => messages.create(ask);
const read: Send = async (messages) => {
  for await (const event of await messages.create({ ...ask, stream: true })) void event;
};
const helper: Send = (messages) => messages.stream(ask).finalMessage();

const timeouts = { connectionTimeout: 400, generationTimeout: 400, totalRequestTimeout: 400 };
const patient = { connectionTimeout: 60_000, generationTimeout: 60_000, totalRequestTimeout: 60_000 };

test.each<[string, Step, object, Send, object, string, number]>([
  ["silence", failures.hang(), WHOLE, create, { connectionTimeout: 100 }, "connectionTimeout", 2],
  ["silence", failures.hang(), PIECES, create, { connectionTimeout: 100 }, "connectionTimeout", 2],
  ["silence", failures.hang(), PIECES, read, { connectionTimeout: 100 }, "connectionTimeout", 2],
  [
    "slow headers",
    failures.slowHeaders(FOREVER),
    WHOLE,
    create,
    { connectionTimeout: 100 },
    "connectionTimeout",
    2,
  ],
  [
    "slow headers",
    failures.slowHeaders(FOREVER),
    PIECES,
    helper,
    { connectionTimeout: 100 },
    "connectionTimeout",
    2,
  ],
  [
    "a slow body",
    failures.slowBody(FOREVER),
    WHOLE,
    create,
    { generationTimeout: 150 },
    "generationTimeout",
    1,
  ],
  [
    "a slow body",
    failures.slowBody(FOREVER),
    PIECES,
    create,
    { generationTimeout: 150 },
    "generationTimeout",
    1,
  ],
  [
    "a slow body",
    failures.slowBody(FOREVER),
    PIECES,
    read,
    { generationTimeout: 150 },
    "generationTimeout",
    1,
  ],
  [
    "half a body",
    failures.stalledStream(),
    WHOLE,
    create,
    { generationTimeout: 150 },
    "generationTimeout",
    1,
  ],
  [
    "a stalled answer",
    failures.stalledStream(),
    PIECES,
    create,
    { generationTimeout: 150 },
    "generationTimeout",
    1,
  ],
  [
    "a stalled stream",
    failures.stalledStream(),
    PIECES,
    read,
    { generationTimeout: 150 },
    "generationTimeout",
    1,
  ],
  [
    "a trickle",
    failures.trickle(4_000, 10),
    PIECES,
    create,
    { generationTimeout: 150 },
    "generationTimeout",
    1,
  ],
  [
    "a trickle",
    failures.trickle(4_000, 10),
    PIECES,
    read,
    { generationTimeout: 150 },
    "generationTimeout",
    1,
  ],
  [
    "a trickle",
    failures.trickle(4_000, 10),
    PIECES,
    helper,
    { generationTimeout: 150 },
    "generationTimeout",
    1,
  ],
  ["a trickle", failures.trickle(4_000, 10), PIECES, read, timeouts, "totalRequestTimeout", 1],
  ["slow headers", failures.slowHeaders(FOREVER), WHOLE, create, timeouts, "totalRequestTimeout", 1],
])("%s (%#) ends on time", async (_, step, model, send, limits, timeout, attempts) => {
  const store = createMemoryStore({ writeEntry: (entry) => void governed.ledger.push(entry) });
  const { messages, userId } = await prepare(model, { ...patient, ...limits }, store);
  governed.server.respondWith({ usage: { inputTokens: 10, outputTokens: 2 }, ...step });
  const before = governed.sent().length;
  const error = await inTime(send(messages), 60_000).catch((caught: unknown) => caught);
  governed.server.respondWith({});
  expect(error).toMatchObject({ code: "CALL_TIMEOUT", details: { timeout } });
  expect(governed.sent()).toHaveLength(before + attempts);
  await expect
    .poll(() =>
      governed
        .sent()
        .slice(before)
        .every(({ aborted }) => aborted),
    )
    .toBe(true);
  const entries = governed.ledger.filter((entry) => entry.userId === userId && entry.label !== "first");
  expect(entries.length).toBeGreaterThan(0);
  expect(entries.every(({ outcome }) => outcome === "timeout")).toBe(true);
  await governed.configure(userId, { timeouts: patient });
  expect((await messages.create({ ...ask, max_tokens: 1 })).governed.outcome).toBe("success");
});

test("a call never outlasts its total timeout, whatever it waits for", async () => {
  const total = { connectionTimeout: 300, generationTimeout: 300, totalRequestTimeout: 300 };
  const steps: [Step, Send][] = [
    [failures.hang(), create],
    [failures.slowBody(FOREVER), create],
    [failures.trickle(4_000, 5), create],
    [failures.trickle(4_000, 5), read],
    [failures.stalledStream(), helper],
    [failures.overloaded(), create],
    [failures.rateLimited(1), read],
  ];
  for (const [step, send] of steps) {
    governed.server.respondWith({});
    const { messages } = await prepare(PIECES, total);
    governed.server.respondWith(step);
    await expect(inTime(send(messages), 300)).rejects.toMatchObject({
      code: expect.stringMatching(/^(CALL_TIMEOUT|PROVIDER_UNAVAILABLE|PROVIDER_RATE_LIMITED)$/),
    });
  }
  governed.server.respondWith({});
});

test("a store that does not answer ends the call on time too, and what it admits later is freed", async () => {
  const memory = createMemoryStore({ writeEntry: (entry) => void governed.ledger.push(entry) });
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  const store = {
    ...memory,
    admit: (request: Parameters<typeof memory.admit>[0]) => opened.then(() => memory.admit(request)),
  };
  const total = { connectionTimeout: 200, generationTimeout: 200, totalRequestTimeout: 200 };
  const { messages, userId } = await prepare(PIECES, total, store);
  const before = governed.sent().length;
  await expect(inTime(messages.create(ask), 200)).rejects.toMatchObject({ code: "CALL_TIMEOUT" });
  open();
  await expect
    .poll(() => governed.ledger.at(-1))
    .toMatchObject({ userId, outcome: "timeout", cost: "0", attempts: 0 });
  expect(governed.sent()).toHaveLength(before);
});

test.each([
  ["", 200, Number.POSITIVE_INFINITY],
  [" and asks a store that does not answer any more", 1_200, 2],
])("a call that waits for a limit until its deadline%s is told the limit", async (_, ms, answers) => {
  const memory = createMemoryStore();
  let asked = 0;
  const store = {
    ...memory,
    admit: (request: Parameters<typeof memory.admit>[0]) => {
      asked += 1;
      return asked > answers ? new Promise<never>(() => {}) : memory.admit(request);
    },
  };
  const long = { connectionTimeout: FOREVER, generationTimeout: FOREVER, totalRequestTimeout: FOREVER };
  const { messages, userId } = await prepare(WHOLE, long, store, { limitWaitMs: FOREVER });
  governed.server.script(failures.hang());
  const leaving = new AbortController();
  const before = governed.sent().length;
  const running = expect(messages.create(ask, { signal: leaving.signal })).rejects.toThrow("aborted");
  await expect.poll(() => governed.sent().length).toBe(before + 1);
  await governed.configure(userId, {
    timeouts: { connectionTimeout: ms, generationTimeout: ms, totalRequestTimeout: ms },
  });
  await expect(inTime(messages.create(ask), ms)).rejects.toMatchObject({
    code: "LIMIT_REACHED",
    details: { limit: "concurrentRequests", allowed: 1, used: 1 },
  });
  leaving.abort();
  await running;
});

test("a store that does not book ends no call late, and books when it is back", async () => {
  const entries: string[] = [];
  const memory = createMemoryStore({ writeEntry: ({ outcome }) => void entries.push(outcome) });
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  let isAway = false;
  const store = {
    ...memory,
    settle: async (settlement: Parameters<typeof memory.settle>[0]) => {
      if (isAway) await opened;
      return memory.settle(settlement);
    },
  };
  const total = { connectionTimeout: 500, generationTimeout: 500, totalRequestTimeout: 500 };
  const prepared = () => prepare({ maxTokens: 100 }, total, store).then(({ messages }) => messages);
  const [answered, late, read, left] = await Promise.all([prepared(), prepared(), prepared(), prepared()]);
  isAway = true;
  expect(await inTime(answered.create(ask), 500)).toMatchObject({ governed: { outcome: "success" } });
  governed.server.script({ delayMs: 60_000 });
  await expect(inTime(late.create(ask), 500)).rejects.toMatchObject({ code: "CALL_TIMEOUT" });
  const reading = (async () => {
    for await (const event of await read.create({ ...ask, stream: true })) void event;
  })();
  await inTime(reading, 500);
  governed.server.script({ delayMs: 60_000 });
  const leaving = new AbortController();
  const before = governed.sent().length;
  const outcome = expect(left.create(ask, { signal: leaving.signal })).rejects.toThrow("aborted");
  await expect.poll(() => governed.sent().length).toBe(before + 1);
  leaving.abort();
  await inTime(outcome, 0);
  expect(entries).toEqual([]);
  open();
  await expect.poll(() => [...entries].sort()).toEqual(["aborted", "success", "success", "timeout"]);
});

/** Fails where `work` takes longer than a timer that was started with it. */
function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(reject, ms + TOLERANCE_MS, new Error("The call is late.")).unref();
  });
  return Promise.race([work, late]);
}

async function prepare(
  model: object,
  timeouts: object,
  store = governed.store,
  options: Partial<GovernedClaudeOptions> = {},
) {
  const userId = await governed.makeUser({
    settings: {
      model: { model: "claude-sonnet-5-5", ...model },
      timeouts,
      retryStrategy: { maxRetries: 1, backoffType: "fixed", baseDelay: 1, maxDelay: 1 },
      rateLimiting: { concurrentRequests: 1, requestsPerMinute: 100_000, burstAllowance: 1_000 },
    },
  });
  // What is at hand is not read again under the timeouts.
  const { messages } = governed.restart({ store, ...options }).forUser(userId);
  await governed.claude.forUser(userId).messages.countTokens(ask, { label: "first" });
  return { messages, userId };
}
