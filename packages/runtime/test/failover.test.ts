import { AIConfigError } from "@ai-config/config-core";
import { createServiceContext, revokeKey, rotateApiKey } from "@ai-config/config-service";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import { failures, type Step } from "../testing/index.ts";
import { ask, type GovernedTest, makeKey, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
beforeAll(async () => {
  governed = await startGoverned();
});
afterAll(() => governed[Symbol.asyncDispose]());

const settings = {
  model: { model: "claude-sonnet-5-5", maxTokens: 100 },
  rateLimiting: { concurrentRequests: 1, requestsPerMinute: 100_000, burstAllowance: 1_000 },
};

/** An account that has rotated its key, so that the former one is still there. */
async function rotated() {
  const [former, key] = [makeKey(), makeKey()];
  const userId = await governed.makeUser({ settings, formerKey: former, key });
  return { former, key, userId, messages: governed.restart().forUser(userId).messages };
}

test("a refused key is replaced by the other one, at once and within the same call", async () => {
  const { former, key, messages } = await rotated();
  governed.server.script({ ...failures.authentication(), when: { key } });
  const { governed: facts } = await messages.create(ask);
  expect(facts).toMatchObject({
    keySlot: "secondary",
    attempts: [
      { keySlot: "primary", status: 401, failure: "key_refused" },
      { keySlot: "secondary", status: 200, failure: null },
    ],
    waits: [],
  });
  expect(
    governed
      .sent()
      .slice(-2)
      .map(({ apiKey }) => apiKey),
  ).toEqual([key, former]);
  expect(governed.ledger.at(-1)).toMatchObject({ keySlot: "secondary", attempts: 2, outcome: "success" });
});

test("a key that was refused is not asked first for some minutes", async () => {
  const { former, key, messages } = await rotated();
  const keysOf = async () => {
    const before = governed.sent().length;
    await messages.create(ask).catch(() => {});
    return governed
      .sent()
      .slice(before)
      .map(({ apiKey }) => apiKey);
  };
  governed.server.script({ ...failures.authentication(), when: { key } });
  expect(await keysOf()).toEqual([key, former]);
  expect(await keysOf()).toEqual([former]);
  // Where that one is refused as well, the first one is tried again.
  governed.server.script({ ...failures.authentication(), when: { key: former } });
  expect(await keysOf()).toEqual([former, key]);
  expect(await keysOf()).toEqual([key]);
  governed.server.script({ ...failures.authentication(), when: { key } });
  expect(await keysOf()).toEqual([key, former]);
  governed.clock.advance(5 * 60_000);
  expect(await keysOf()).toEqual([key]);
});

test("a key that is refused because it was replaced during the call is followed by the one in its place", async () => {
  const [former, key] = [makeKey(), makeKey()];
  const userId = await governed.makeUser({ settings, key: former });
  const sleep: typeof governed.clock.sleep = async (ms, signal) => {
    const owner = { type: "user", userId } as const;
    await rotateApiKey(governed.ctx, { actor: owner, owner, newKey: key });
    await governed.clock.sleep(ms, signal);
  };
  const { messages } = governed.restart({ clock: { ...governed.clock, sleep } }).forUser(userId);
  governed.server.script(failures.internal(), { ...failures.authentication(), when: { key: former } });
  const { governed: facts } = await messages.create(ask);
  expect(facts.attempts).toMatchObject([
    { keySlot: "primary", status: 500 },
    { keySlot: "primary", status: 401 },
    { keySlot: "primary", status: 200 },
  ]);
  const sent = governed.sent().slice(-3);
  expect(sent.map(({ apiKey }) => apiKey)).toEqual([former, former, key]);
  expect(JSON.stringify([facts, governed.ledger.at(-1)])).not.toContain(key.slice(13));
});

test("where the key in the place of a refused one is gone as well, nothing else is tried", async () => {
  const former = makeKey();
  const userId = await governed.makeUser({ settings, key: former });
  const owner = { type: "user", userId } as const;
  const clock = {
    ...governed.clock,
    sleep: async () => {
      await rotateApiKey(governed.ctx, { actor: owner, owner, newKey: makeKey() });
      await revokeKey(governed.ctx, { actor: owner, owner, slot: "primary" });
    },
  };
  const { messages } = governed.restart({ clock }).forUser(userId);
  governed.server.script(failures.internal(), { ...failures.authentication(), when: { key: former } });
  await expect(messages.create(ask)).rejects.toMatchObject({
    code: "PROVIDER_KEY_REFUSED",
    details: { attempts: [{ status: 500 }, { status: 401 }] },
  });
});

test("the other key is tried once, and neither is in the error", async () => {
  const { former, key, messages } = await rotated();
  governed.server.script(failures.authentication(), failures.authentication());
  const error = await messages.create(ask).catch((caught: unknown) => caught);
  expect(error).toMatchObject({
    code: "PROVIDER_KEY_REFUSED",
    details: { type: "authentication_error", attempts: [{ keySlot: "primary" }, { keySlot: "secondary" }] },
  });
  const { inspect } = await import("node:util");
  const shown = inspect(error, { depth: 20, showHidden: true }) + JSON.stringify(error);
  for (const secret of [former, key]) expect(shown).not.toContain(secret.slice(13));
});

test("where the other key cannot be opened, nothing stays held", async () => {
  const { key, userId } = await rotated();
  const { vault } = governed.ctx;
  const open: typeof vault.open = async (sealed, context) => {
    if (context.slot === "secondary") throw new AIConfigError("KEY_UNREADABLE");
    return vault.open(sealed, context);
  };
  const service = { ...governed.ctx, vault: { ...vault, open } };
  const { messages } = governed.restart({ service }).forUser(userId);
  governed.server.script({ ...failures.authentication(), when: { key } });
  await expect(messages.create(ask)).rejects.toMatchObject({ code: "KEY_UNREADABLE" });
  expect(await governed.figures(userId)).toMatchObject(Array(3).fill({ reserved: "0" }));
  expect(governed.ledger.at(-1)).toMatchObject({
    userId,
    outcome: "error",
    errorType: "internal",
    cost: "0",
  });
  expect((await messages.create(ask)).governed.outcome).toBe("success");
});

test("a store or a vault that is away is not taken for Anthropic, although it is asked over fetch as well", async () => {
  const away = new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 127.0.0.1:9") });
  const { key, userId } = await rotated();
  const admit = () => Promise.reject(away);
  const unadmitted = governed.restart({ store: { ...governed.store, admit } }).forUser(userId);
  await expect(unadmitted.messages.create(ask)).rejects.toBe(away);
  await expect(unadmitted.messages.create({ ...ask, stream: true })).rejects.toBe(away);

  const { vault } = governed.ctx;
  const withVault = (isAway: (slot: string) => boolean) => {
    const open: typeof vault.open = async (sealed, context) => {
      if (isAway(context.slot)) throw away;
      return vault.open(sealed, context);
    };
    return governed.restart({ service: { ...governed.ctx, vault: { ...vault, open } } }).forUser(userId);
  };
  await expect(withVault(() => true).messages.create(ask)).rejects.toBe(away);
  governed.server.script({ ...failures.authentication(), when: { key } });
  await expect(withVault((slot) => slot === "secondary").messages.create(ask)).rejects.toBe(away);
  expect(governed.ledger.at(-1)).toMatchObject({ userId, outcome: "error", errorType: "internal" });
});

test("the configured model's fallback answers what it cannot, admitted and booked by itself", async () => {
  const userId = await governed.makeUser({ settings });
  const claude = governed.restart();
  const { messages } = claude.forUser(userId, { fallbackModels: ["claude-haiku-5-5"] });
  const away: Step = { ...failures.overloaded(), when: { model: "claude-sonnet-5-5" } };
  governed.server.script(away, away, away, away);
  const { governed: facts } = await messages.create(ask);
  expect(facts.model).toBe("claude-haiku-5-5");
  expect(facts.attempts.map(({ model, failure }) => [model, failure])).toEqual([
    ...Array(4).fill(["claude-sonnet-5-5", "overloaded"]),
    ["claude-haiku-5-5", null],
  ]);
  expect(governed.ledger.slice(-2)).toMatchObject([
    { modelAsked: "claude-sonnet-5-5", modelServed: null, outcome: "error", attempts: 4, cost: "0" },
    { modelAsked: "claude-haiku-5-5", modelServed: "claude-haiku-5-5", outcome: "success", attempts: 1 },
  ]);

  governed.server.script({ ...failures.notFound(), when: { model: "claude-sonnet-5-5" } });
  expect((await messages.create(ask)).governed).toMatchObject({ model: "claude-haiku-5-5", waits: [] });

  governed.server.script(failures.invalidRequest());
  await expect(messages.create(ask)).rejects.toMatchObject({ code: "PROVIDER_REQUEST_REFUSED" });
});

test("a model that is in the chain again, by whatever name, is asked once", async () => {
  const userId = await governed.makeUser({ settings });
  const fallbackModels = [
    "claude-sonnet-5-5",
    "claude-haiku-4-5",
    "claude-haiku-4-5-20251001",
    "claude-opus-5-5",
  ];
  const { messages } = governed.restart().forUser(userId, { fallbackModels });
  const asked = async (model?: "claude-opus-5-5") => {
    governed.server.respondWith(failures.notFound());
    const error = await messages.create({ ...ask, ...(model && { model }) }).catch((caught) => caught);
    governed.server.respondWith({});
    return error.details.attempts.map((attempt: { model: string }) => attempt.model);
  };
  const [sonnet, haiku, opus] = ["claude-sonnet-5-5", "claude-haiku-4-5-20251001", "claude-opus-5-5"];
  expect(await asked()).toEqual([sonnet, haiku, opus]);
  expect(await asked("claude-opus-5-5")).toEqual([opus, sonnet, haiku]);
});

test("a model that the organization does not allow is no fallback", async () => {
  const organizationId = await governed.makeOrganization({
    allowedModels: ["claude-sonnet-5-5", "claude-opus-5-5"],
  });
  const userId = await governed.makeUser({ settings, organizationId });
  const { messages } = governed
    .restart()
    .forUser(userId, { organizationId, fallbackModels: ["claude-haiku-5-5", "claude-opus-5-5"] });
  governed.server.script(failures.notFound());
  const { governed: facts } = await messages.create(ask);
  expect(facts.attempts.map(({ model }) => model)).toEqual(["claude-sonnet-5-5", "claude-opus-5-5"]);
});

test("a model that the organization puts in the place of the wanted one is asked once", async () => {
  const organizationId = await governed.makeOrganization({
    allowedModels: ["claude-sonnet-5-5", "claude-haiku-5-5"],
  });
  const userId = await governed.makeUser({ settings, organizationId });
  const fallbackModels = ["claude-sonnet-5-5", "claude-haiku-5-5"];
  const { messages } = governed.restart().forUser(userId, { organizationId, fallbackModels });
  governed.server.script(failures.notFound());
  const { governed: facts } = await messages.create({ ...ask, model: "claude-opus-5-5" });
  expect(facts.attempts.map(({ model }) => model)).toEqual(["claude-sonnet-5-5", "claude-haiku-5-5"]);
});

test("an outage costs refusals: after ten failures in a row nothing is sent until a trial gets through", async () => {
  const userId = await governed.makeUser({ settings });
  const other = await governed.makeUser({ settings });
  const claude = governed.restart();
  const { messages } = claude.forUser(userId);
  governed.server.respondWith(failures.serviceUnavailable());
  for (let call = 0; call < 2; call += 1) {
    await expect(messages.create(ask)).rejects.toMatchObject({ details: { status: 503 } });
  }
  const third = await messages.create(ask).catch((error: unknown) => error);
  expect(third).toMatchObject({
    code: "PROVIDER_UNAVAILABLE",
    details: {
      type: "circuit_open",
      attempts: [{ status: 503 }, { status: 503 }, { failure: "circuit_open" }],
    },
  });
  const before = governed.sent().length;
  await expect(messages.create(ask)).rejects.toMatchObject({
    code: "PROVIDER_UNAVAILABLE",
    retryAfterMs: expect.any(Number),
  });
  expect(governed.sent()).toHaveLength(before);
  governed.server.respondWith({});
  // Another key, or another model, is not concerned.
  expect((await claude.forUser(other).messages.create(ask)).governed.outcome).toBe("success");
  const elsewhere = await messages.create({ ...ask, model: "claude-haiku-5-5" });
  expect(elsewhere.governed.outcome).toBe("success");

  governed.clock.advance(5_000);
  for (let call = 0; call < 2; call += 1) {
    expect((await messages.create(ask)).governed.outcome).toBe("success");
  }
  expect(await governed.figures(userId)).toMatchObject(Array(3).fill({ reserved: "0" }));
});

test("what our own side does not send is no outage: it is not repeated, and shuts the key to nobody", async () => {
  const userId = await governed.makeUser({ settings });
  let isWrong = true;
  const wrapped: typeof fetch = (input, init) => {
    const headers = new Headers(init?.headers);
    if (isWrong) headers.set("expect", "100-continue");
    return fetch(input, { ...init, headers });
  };
  const { messages } = governed.restart({ service: { ...governed.ctx, fetch: wrapped } }).forUser(userId);
  const before = governed.sent().length;
  for (let call = 0; call < 12; call += 1) {
    await expect(messages.create(ask)).rejects.toMatchObject({
      code: "PROVIDER_REQUEST_REFUSED",
      message: expect.not.stringContaining("Anthropic"),
      details: { attempts: [{ failure: "unsendable", status: null }] },
    });
  }
  expect(governed.sent()).toHaveLength(before);
  isWrong = false;
  expect((await messages.create(ask)).governed.outcome).toBe("success");
  expect(await governed.figures(userId)).toMatchObject(Array(3).fill({ reserved: "0" }));
});

test("after an outage one long answer keeps nobody out: its headers show that the service is back", async () => {
  const userId = await governed.makeUser({
    settings: {
      ...settings,
      retryStrategy: { maxRetries: 0 },
      rateLimiting: { ...settings.rateLimiting, concurrentRequests: 2 },
    },
  });
  const { messages } = governed.restart().forUser(userId);
  governed.server.respondWith(failures.overloaded());
  for (let call = 0; call < 10; call += 1) await messages.create(ask).catch(() => {});
  await expect(messages.create(ask)).rejects.toMatchObject({ details: { type: "circuit_open" } });
  governed.server.respondWith({});
  governed.server.script(failures.slowBody(600_000));
  const leaving = new AbortController();
  governed.clock.advance(5_000);
  const trial = messages.create(ask, { signal: leaving.signal });
  const outcome = expect(trial).rejects.toThrow("aborted");
  await vi.waitFor(async () => expect((await messages.create(ask)).governed.outcome).toBe("success"));
  leaving.abort();
  await outcome;
});

test("it slows down by what the provider tells, before the provider refuses", async () => {
  const userId = await governed.makeUser({ settings });
  const claude = governed.restart();
  const { messages } = claude.forUser(userId);
  const { clock } = governed;
  clock.takeSleeps();
  const reset = new Date(clock.now() + 60_000).toISOString();
  const headers = {
    "anthropic-ratelimit-requests-limit": "60",
    "anthropic-ratelimit-requests-remaining": "0",
    "anthropic-ratelimit-requests-reset": reset,
  };
  // The first answer is an error, whose headers count as well.
  governed.server.script({
    failure: { status: 400, type: "invalid_request_error", message: "no", headers },
  });
  await expect(messages.create(ask)).rejects.toMatchObject({ code: "PROVIDER_REQUEST_REFUSED" });
  governed.server.setClock(new Date(clock.now()));
  const { governed: facts } = await messages.create(ask);
  expect(facts.waits).toEqual([{ reason: "provider_rate", ms: 1_000 }]);
  expect(clock.takeSleeps()).toEqual([1_000]);
});

test("where the provider would refuse until after the deadline nothing is sent", async () => {
  const userId = await governed.makeUser({
    settings: {
      ...settings,
      timeouts: { totalRequestTimeout: 20_000, generationTimeout: 20_000, connectionTimeout: 10_000 },
    },
  });
  const claude = governed.restart();
  const { messages } = claude.forUser(userId);
  governed.clock.takeSleeps();
  governed.server.script(failures.rateLimited(30));
  const before = governed.sent().length;
  await expect(messages.create(ask)).rejects.toMatchObject({
    code: "PROVIDER_RATE_LIMITED",
    retryAfterMs: 30_000,
    details: { status: 429 },
  });
  await expect(messages.create(ask)).rejects.toMatchObject({
    code: "PROVIDER_RATE_LIMITED",
    retryAfterMs: 30_000,
    details: { status: null, attempts: [] },
  });
  expect(governed.clock.takeSleeps()).toEqual([]);
  expect(governed.sent()).toHaveLength(before + 1);
  governed.clock.advance(30_000);
  expect((await messages.create(ask)).governed.outcome).toBe("success");
});

test("what was never sent is booked under the key that it would have run on", async () => {
  const environment = {
    ANTHROPIC_API_BASE_URL: `${governed.server.url}/v1`,
    ANTHROPIC_API_KEY: makeKey(),
  };
  const { database } = governed.database;
  const service = await createServiceContext({ database, environment, keyRing: governed.keyRing });
  const timeouts = { totalRequestTimeout: 20_000, generationTimeout: 20_000, connectionTimeout: 10_000 };
  const userId = await governed.makeUser({ settings: { ...settings, timeouts }, key: null });
  const { messages } = governed.restart({ service }).forUser(userId);
  governed.server.script(failures.rateLimited(30));
  for (const attempts of [1, 0]) {
    await expect(messages.create(ask)).rejects.toMatchObject({ code: "PROVIDER_RATE_LIMITED" });
    expect(governed.ledger.at(-1)).toMatchObject({ userId, attempts, keySlot: "environment" });
  }
  await service.close();
});

test("counting tokens and messages are held up apart, as Anthropic limits them", async () => {
  const userId = await governed.makeUser({ settings: { ...settings, retryStrategy: { maxRetries: 0 } } });
  const { messages } = governed.restart().forUser(userId);
  governed.clock.takeSleeps();
  governed.server.script(failures.rateLimited(30));
  await expect(messages.countTokens(ask)).rejects.toMatchObject({ code: "PROVIDER_RATE_LIMITED" });
  expect((await messages.create(ask)).governed.waits).toEqual([]);
  governed.server.respondWith(failures.serviceUnavailable());
  for (let call = 0; call < 10; call += 1) await messages.countTokens(ask).catch(() => {});
  governed.server.respondWith({});
  await expect(messages.countTokens(ask)).rejects.toMatchObject({ details: { type: "circuit_open" } });
  expect((await messages.create(ask)).governed.outcome).toBe("success");
});
