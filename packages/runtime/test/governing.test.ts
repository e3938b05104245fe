import { setTimeout as pause } from "node:timers/promises";

import { type AIConfigService, revokeKey } from "@ai-config/config-service";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import {
  type AdmissionRequest,
  type BudgetAlert,
  createGovernedClaude,
  createMemoryStore,
} from "../src/index.ts";
import { ask, type GovernedTest, makeKey, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
beforeAll(async () => {
  governed = await startGoverned();
});
afterAll(() => governed[Symbol.asyncDispose]());

const model = { model: "claude-sonnet-5-5", maxTokens: 100 };
const usage = { inputTokens: 10, outputTokens: 100 };
const calm = { requestsPerMinute: 100_000, burstAllowance: 1_000 };

test("a call beyond a limit is refused before a byte is sent, and the refusal names everything", async () => {
  const rateLimiting = { requestsPerMinute: 60, burstAllowance: 1, concurrentRequests: 3 };
  const userId = await governed.makeUser({ settings: { model, rateLimiting } });
  const { messages } = governed.claude.forUser(userId);
  await messages.create(ask);
  await messages.create(ask);
  const before = governed.sent().length;
  const error = await messages.create(ask).catch((caught: unknown) => caught);
  expect(error).toMatchObject({
    code: "LIMIT_REACHED",
    retryAfterMs: 1_000,
    message:
      "The account's limit of requests per minute is reached: 2 of 2 taken, and 60 a minute come back. Try again in 1 s.",
    details: { limit: "requestsPerMinute", scope: { kind: "user", id: userId }, allowed: 60, used: 2 },
  });
  const stream = messages.stream(ask);
  await expect(stream.done()).rejects.toMatchObject({ code: "LIMIT_REACHED" });
  await expect(stream.governed).rejects.toMatchObject({ code: "LIMIT_REACHED" });
  await expect(messages.countTokens(ask)).rejects.toMatchObject({ code: "LIMIT_REACHED" });
  expect(governed.sent()).toHaveLength(before);
});

test("or it waits its turn, as long as it is told to", async () => {
  const rateLimiting = { ...calm, concurrentRequests: 1 };
  const userId = await governed.makeUser({ settings: { model, rateLimiting } });
  const { messages } = governed.restart({ limitWaitMs: 60_000 }).forUser(userId);
  governed.server.respondWith({ delayMs: 20 });
  const answers = await Promise.all(Array.from({ length: 5 }, () => messages.create(ask)));
  governed.server.respondWith({});
  expect(answers.map((answer) => answer.governed.outcome)).toEqual(Array(5).fill("success"));
  expect(await governed.figures(userId)).toMatchObject(Array(3).fill({ reserved: "0" }));
});

test("how long it may wait is told by the clock that was given", async () => {
  const rateLimiting = { ...calm, concurrentRequests: 1 };
  const userId = await governed.makeUser({ settings: { model, rateLimiting } });
  const clock = { ...governed.clock, now: () => governed.clock.now() - 86_400_000 };
  const store = createMemoryStore({ now: clock.now });
  const { messages } = governed.restart({ clock, store, limitWaitMs: 60_000 }).forUser(userId);
  governed.server.respondWith({ delayMs: 20 });
  const answers = await Promise.all(Array.from({ length: 3 }, () => messages.create(ask)));
  governed.server.respondWith({});
  expect(answers.map((answer) => answer.governed.outcome)).toEqual(Array(3).fill("success"));
});

test("a call tells of a wait for a limit where there was one, however slow the store is", async () => {
  const rateLimiting = { ...calm, concurrentRequests: 1 };
  const userId = await governed.makeUser({ settings: { rateLimiting } });
  const counts = createMemoryStore();
  const store = {
    ...counts,
    admit: async (request: AdmissionRequest) => {
      await pause(5);
      return counts.admit(request);
    },
  };
  const { messages } = governed.restart({ store, limitWaitMs: 60_000 }).forUser(userId);
  governed.server.respondWith({ delayMs: 30 });
  const answers = await Promise.all([messages.create(ask), messages.create(ask)]);
  governed.server.respondWith({});
  const waits = answers.map((answer) => answer.governed.waits).toSorted((a, b) => a.length - b.length);
  expect(waits).toEqual([[], [{ reason: "limit", ms: expect.any(Number) }]]);
});

test("nothing is written to the console, whatever the SDK has to say about a model", async () => {
  const warn = vi.spyOn(console, "warn");
  const userId = await governed.makeUser({ settings: { model: { model: "claude-sonnet-4-5-20250929" } } });
  const clock = { ...governed.clock, now: () => Date.parse("2026-11-20T12:00:00Z") };
  // The model is there until the end of the month.
  governed.server.setClock(new Date(clock.now()));
  const store = createMemoryStore({ now: clock.now });
  const { messages } = governed.restart({ clock, store }).forUser(userId);
  await messages.create(ask);
  await messages.stream(ask).done();
  await messages.countTokens(ask);
  const sent = governed.sent().slice(-3);
  expect(sent.map(({ body }) => (body as { model: string }).model)).toEqual(
    Array(3).fill("claude-sonnet-4-5-20250929"),
  );
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});

test("a budget cannot be overspent by calls at once, in any process on the same store", async () => {
  const rateLimiting = { ...calm, concurrentRequests: 10_000 };
  const costBudget = { dailyBudget: 0.01, alertThresholds: [0.5, 0.9] };
  const userId = await governed.makeUser({ settings: { model, rateLimiting, costBudget } });
  const alerts: BudgetAlert[] = [];
  const onAlert = (alert: BudgetAlert) => void alerts.push(alert);
  const processes = [governed.restart({ onAlert }), governed.restart({ onAlert })];
  governed.server.respondWith({ usage, delayMs: 5 });
  const outcomes: string[] = [];
  for (let round = 0; round < 5; round += 1) {
    const calls = Array.from({ length: 40 }, (_, call) =>
      processes[call % 2]?.forUser(userId).messages.create(ask),
    );
    for (const result of await Promise.allSettled(calls)) {
      if (result.status === "rejected") expect(result.reason.details.limit).toBe("dailyBudget");
      outcomes.push(result.status);
    }
  }
  governed.server.respondWith({});
  // Each call costs 10 tokens at $2 and 100 at $10 a million: $0.00102. It may cost a little more, so nine fit.
  expect(outcomes.filter((outcome) => outcome === "fulfilled")).toHaveLength(9);
  expect((await governed.figures(userId))[0]).toEqual({ spent: "0.00918", reserved: "0" });
  const daily = alerts.filter(({ period }) => period === "daily");
  expect(daily.map(({ threshold }) => threshold)).toEqual([0.5, 0.9]);
});

test("what a call wants holds within the organization's policy, and what was changed is told", async () => {
  const organizationId = await governed.makeOrganization({
    allowedModels: ["claude-sonnet-5-5", "claude-haiku-5-5"],
    fields: { "model.maxTokens": { max: 500 }, "model.inferenceGeo": { lock: "us" } },
    pool: { monthlyBudget: 10, requestsPerMinute: 600 },
  });
  const userId = await governed.makeUser({ settings: { model }, organizationId });
  const { messages } = governed.claude.forUser(userId, { organizationId });
  const message = await messages.create({
    ...ask,
    model: "claude-opus-5-5",
    max_tokens: 9_000,
    inference_geo: "global",
    thinking: { type: "disabled" },
    output_config: { effort: "low", format: { type: "json_schema", schema: { type: "object" } } },
  });
  expect(governed.sent().at(-1)?.body).toMatchObject({
    model: "claude-sonnet-5-5",
    max_tokens: 500,
    inference_geo: "us",
    output_config: { effort: "low", format: { type: "json_schema" } },
  });
  expect(message.governed.organizationId).toBe(organizationId);
  expect(message.governed.adjustments.slice(0, 3)).toMatchObject([
    { path: "model.model", code: "policy_model", from: "claude-opus-5-5", to: "claude-sonnet-5-5" },
    { path: "model.maxTokens", code: "policy_limit", from: 9_000, to: 500 },
    { path: "model.inferenceGeo", code: "policy_locked", from: "global", to: "us" },
  ]);
  expect(message.governed.budgets.map(({ scope, period }) => `${scope.kind} ${period}`)).toEqual([
    "user daily",
    "user weekly",
    "user monthly",
    "organization monthly",
  ]);
});

test("a call may choose what nobody has imposed", async () => {
  const userId = await governed.makeUser({ settings: { model } });
  const { messages } = governed.claude.forUser(userId);
  const wish = { model: "claude-haiku-4-5", top_p: 0.5, top_k: 7, stop_sequences: ["END"], max_tokens: 50 };
  const { governed: facts } = await messages.create({ ...ask, ...wish });
  expect(governed.sent().at(-1)).toMatchObject({ apiVersion: "2023-06-01", body: { top_p: 0.5, top_k: 7 } });
  expect(governed.sent().at(-1)?.body).not.toHaveProperty("temperature");
  expect(facts.adjustments).toEqual([]);
});

test("a price that nobody knows keeps a call from running under a budget", async () => {
  const userId = await governed.makeUser({ settings: { model } });
  const { messages } = governed.claude.forUser(userId);
  const before = governed.sent().length;
  await expect(messages.create({ ...ask, model: "claude-of-tomorrow" })).rejects.toMatchObject({
    code: "PRICE_UNKNOWN",
    details: { model: "claude-of-tomorrow" },
  });
  const tools = [{ type: "web_search_20250305" as const, name: "web_search" as const }];
  await expect(messages.create({ ...ask, tools })).rejects.toMatchObject({ code: "PRICE_UNKNOWN" });
  expect(governed.sent()).toHaveLength(before);
});

test("whose key it is, the version and the address are not the caller's or the environment's to say", async () => {
  const key = makeKey();
  const userId = await governed.makeUser({ settings: { model }, key });
  vi.stubEnv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9");
  vi.stubEnv("ANTHROPIC_AUTH_TOKEN", "sk-ant-api03-somebody-elses");
  vi.stubEnv("ANTHROPIC_API_KEY", "sk-ant-api03-somebody-elses");
  vi.stubEnv("ANTHROPIC_CUSTOM_HEADERS", "x-api-key: sk-ant-api03-somebody-elses\nx-mine: 1");
  vi.stubEnv("ANTHROPIC_LOG", "debug");
  const said = vi.spyOn(console, "debug");
  try {
    const { messages } = governed.restart().forUser(userId);
    await messages.create(ask, { headers: { "Anthropic-Beta": "one-2026-01-01", "x-trace": "7" } });
    const { apiKey, headers, betas } = governed.sent().at(-1) ?? {};
    expect({ apiKey, betas }).toEqual({ apiKey: key, betas: ["one-2026-01-01"] });
    expect(headers).toMatchObject({ "x-trace": "7" });
    expect(headers).not.toHaveProperty("x-mine");
    expect(headers).not.toHaveProperty("x-api-key");
    expect(process.env.ANTHROPIC_CUSTOM_HEADERS).toContain("x-mine");
    expect(said).not.toHaveBeenCalled();
    for (const name of ["X-Api-Key", "authorization", "anthropic-version"]) {
      await expect(messages.create(ask, { headers: { [name]: "mine" } })).rejects.toMatchObject({
        code: "INPUT_INVALID",
        issues: [{ path: `headers.${name.toLowerCase()}` }],
      });
    }
    for (const label of ["x".repeat(201), `of ${key}`, "a\0b", "a\ud800b"]) {
      await expect(messages.create(ask, { label })).rejects.toMatchObject({ issues: [{ path: "label" }] });
    }
    for (const [path, tags] of [
      ["tags.feature", { feature: "x".repeat(101) }],
      ["tags.feature", { feature: key }],
      ["tags.feature", { feature: "a\ud800b" }],
      ["tags.feature", { feature: 7 as unknown as string }],
      ["tags", { [key]: "yes" }],
      ["tags", { "": "yes" }],
      ["tags", Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`t${index}`, ""]))],
    ] as const) {
      await expect(messages.create(ask, { tags })).rejects.toMatchObject({ issues: [{ path }] });
    }
    expect(await governed.figures(userId)).toMatchObject(Array(3).fill({ reserved: "0" }));
  } finally {
    vi.unstubAllEnvs();
    said.mockRestore();
  }
});

test("a revoked key is not used again", async () => {
  const userId = await governed.makeUser({ settings: { model } });
  const { messages } = governed.claude.forUser(userId);
  await messages.create(ask);
  const actor = { type: "user", userId } as const;
  await revokeKey(governed.ctx, { actor, owner: { type: "user", userId }, slot: "primary" });
  await expect(messages.create(ask)).rejects.toMatchObject({ code: "KEY_MISSING" });
});

test("an answer is not lost because its cost cannot be booked at once", async () => {
  const entries: string[] = [];
  const memory = createMemoryStore({ writeEntry: ({ outcome }) => void entries.push(outcome) });
  let failuresLeft = 1;
  const store = {
    ...memory,
    settle: async (settlement: Parameters<typeof memory.settle>[0]) => {
      if (failuresLeft-- > 0) throw new Error("away");
      return memory.settle(settlement);
    },
  };
  const costBudget = { dailyBudget: 0.002, alertThresholds: [0.01] };
  const userId = await governed.makeUser({ settings: { model, costBudget } });
  const alerts: BudgetAlert[] = [];
  const claude = governed.restart({ store, onAlert: (alert) => void alerts.push(alert) });
  const message = await claude.forUser(userId).messages.create(ask);
  expect(message.governed.outcome).toBe("success");
  expect([entries, alerts]).toEqual([[], []]);
  await claude.close();
  expect(entries).toEqual(["success"]);
  expect(alerts).toMatchObject([{ period: "daily", threshold: 0.01 }]);
});

test("an alert is heard although the call whose admission found it due had left by then", async () => {
  const costBudget = { dailyBudget: 1, alertThresholds: [0.5], dailyEnforcement: "warn" };
  const userId = await governed.makeUser({ settings: { model, costBudget } });
  const memory = createMemoryStore();
  let gate = Promise.resolve();
  let admissions = 0;
  const store = {
    ...memory,
    admit: async (request: Parameters<typeof memory.admit>[0]) => {
      admissions += 1;
      const admission = await memory.admit(request);
      await gate;
      return admission;
    },
  };
  const alerts: BudgetAlert[] = [];
  const claude = governed.restart({ store, onAlert: (alert) => void alerts.push(alert) });
  const { messages } = claude.forUser(userId);
  governed.server.script({ usage });
  await messages.create(ask);
  await governed.configure(userId, { costBudget: { dailyBudget: 0.002 } });
  const { promise, resolve: open } = Promise.withResolvers<void>();
  gate = promise;
  const leaving = new AbortController();
  const left = expect(messages.create(ask, { signal: leaving.signal })).rejects.toThrow("aborted");
  await expect.poll(() => admissions).toBe(2);
  leaving.abort();
  await left;
  expect(alerts).toEqual([]);
  open();
  await expect.poll(() => alerts).toMatchObject([{ period: "daily", threshold: 0.5, limit: "0.002" }]);
});

test("who listens to alerts and fails after a while ends neither the call nor the process", async () => {
  const costBudget = { dailyBudget: 0.002, alertThresholds: [0.01] };
  const userId = await governed.makeUser({ settings: { model, costBudget } });
  let heard = 0;
  const onAlert = async () => {
    heard += 1;
    await Promise.reject(new Error("The mail server is away."));
  };
  const { messages } = governed.restart({ onAlert }).forUser(userId);
  expect((await messages.create(ask)).governed.outcome).toBe("success");
  expect(heard).toBe(1);
});

test("a call that runs longer than its lease keeps what it holds", async () => {
  const { clock } = governed;
  const memory = createMemoryStore({ now: clock.now });
  const userId = await governed.makeUser({
    settings: { model, rateLimiting: { ...calm, concurrentRequests: 1 } },
  });
  let renewals = 0;
  const store = {
    ...memory,
    renew: async (ids: readonly string[], leaseMs: number) => {
      renewals += 1;
      return memory.renew(ids, leaseMs);
    },
  };
  const { messages } = governed.restart({ store, leaseMs: 60 }).forUser(userId);
  const leaving = new AbortController();
  governed.server.script({ delayMs: 600_000 });
  const before = governed.sent().length;
  const call = messages.create(ask, { signal: leaving.signal });
  const outcome = expect(call).rejects.toThrow("aborted");
  await expect.poll(() => governed.sent().length).toBe(before + 1);
  for (let renewal = 1; renewal <= 5; renewal += 1) {
    await expect.poll(() => renewals).toBeGreaterThanOrEqual(renewal);
    clock.advance(50);
    await expect(messages.create(ask)).rejects.toMatchObject({ details: { limit: "concurrentRequests" } });
    renewals = renewal;
  }
  leaving.abort();
  await outcome;
  expect((await messages.create(ask)).governed.outcome).toBe("success");
});

test("what is no context, and who is no account, is refused where it is given", () => {
  const face = {} as AIConfigService;
  expect(() => createGovernedClaude({ service: face as unknown as typeof governed.ctx })).toThrow(
    expect.objectContaining({
      code: "INPUT_INVALID",
      issues: [expect.objectContaining({ path: "service" })],
    }),
  );
  for (const userId of ["dana", "", 5, null, undefined]) {
    expect(() => governed.claude.forUser(userId as string)).toThrow(
      expect.objectContaining({
        code: "INPUT_INVALID",
        issues: [expect.objectContaining({ path: "userId" })],
      }),
    );
  }
});
