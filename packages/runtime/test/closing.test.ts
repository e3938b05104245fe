import { afterAll, beforeAll, expect, test } from "vitest";

import { createMemoryStore, type LedgerEntry } from "../src/index.ts";
import { failures } from "../testing/index.ts";
import { ask, type GovernedTest, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
beforeAll(async () => {
  governed = await startGoverned();
});
afterAll(() => governed[Symbol.asyncDispose]());

const model = { model: "claude-sonnet-5-5", maxTokens: 100 };
const usage = { inputTokens: 10, outputTokens: 20 };

async function ledgerOf(userId: string) {
  const rows = await governed.database.owner`
    select outcome, cost::text, cost_basis as basis from public.ai_usage_events where user_id = ${userId}`;
  return [...rows];
}

/** Resolves when so many more requests have reached the API. */
function sentMore(count: number): Promise<void> {
  const before = governed.sent().length;
  return expect.poll(() => governed.sent().length).toBe(before + count);
}

test("who closes waits for calls in flight, which are booked, and lets no other begin", async () => {
  const claude = governed.restart({ store: undefined });
  const [whole, streamed] = [await governed.makeUser({ settings: { model } }), await governed.makeUser()];
  governed.server.script({ usage, bodyDelayMs: 300 }, { usage, bodyDelayMs: 300 });
  const sent = sentMore(2);
  const message = claude.forUser(whole).messages.create(ask);
  const stream = claude.forUser(streamed).messages.stream(ask);
  await sent;
  const before = governed.sent().length;
  const closed = claude.close();
  const refused = { code: "SHUTTING_DOWN" };
  await expect(claude.forUser(whole).messages.create(ask)).rejects.toMatchObject(refused);
  await expect(claude.forUser(whole).messages.stream(ask).done()).rejects.toMatchObject(refused);
  await expect(claude.forUser(whole).messages.countTokens(ask)).rejects.toMatchObject(refused);
  await closed;
  expect(await ledgerOf(whole)).toEqual([{ outcome: "success", cost: "0.00022", basis: "exact" }]);
  expect(await ledgerOf(streamed)).toMatchObject([{ outcome: "success" }]);
  expect((await message).governed.outcome).toBe("success");
  expect((await stream.governed).outcome).toBe("success");
  expect(governed.sent()).toHaveLength(before);
  await claude.close();
});

test("a call that was given up a moment before is booked too", async () => {
  const claude = governed.restart({ store: undefined });
  const userId = await governed.makeUser({ settings: { model } });
  governed.server.script(failures.hang());
  const sent = sentMore(1);
  const leaving = new AbortController();
  const left = expect(
    claude.forUser(userId).messages.create(ask, { signal: leaving.signal }),
  ).rejects.toThrow("aborted");
  await sent;
  leaving.abort();
  await claude.close();
  expect(await ledgerOf(userId)).toMatchObject([{ outcome: "aborted", basis: "estimated" }]);
  await left;
});

test("what is admitted for a caller who has gone is freed before the process ends", async () => {
  const ledger: LedgerEntry[] = [];
  const memory = createMemoryStore({ writeEntry: (entry) => void ledger.push(entry) });
  const { promise: opened, resolve: open } = Promise.withResolvers<void>();
  let isAsked = false;
  const store = {
    ...memory,
    admit: async (request: Parameters<typeof memory.admit>[0]) => {
      isAsked = true;
      await opened;
      return memory.admit(request);
    },
  };
  const claude = governed.restart({ store });
  const userId = await governed.makeUser({ settings: { model } });
  const leaving = new AbortController();
  const { messages } = claude.forUser(userId);
  const left = expect(messages.create(ask, { signal: leaving.signal })).rejects.toThrow("aborted");
  await expect.poll(() => isAsked).toBe(true);
  leaving.abort();
  await left;
  const closed = claude.close();
  open();
  await closed;
  expect(ledger).toMatchObject([{ userId, outcome: "aborted", cost: "0" }]);
});
