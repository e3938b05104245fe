import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "vitest";

import { type AdmissionStore, createMemoryStore } from "../src/index.ts";
import { failures } from "../testing/index.ts";
import { ask, type GovernedTest, startGoverned } from "./support/start-governed.ts";

let governed: GovernedTest;
beforeAll(async () => {
  governed = await startGoverned();
});
afterAll(() => governed[Symbol.asyncDispose]());

const settings = { model: { model: "claude-sonnet-5-5", maxTokens: 100 } };
const refused = {
  code: "ACCOUNT_NOT_FOUND",
  issues: [{ path: "userId", message: expect.stringMatching(/no account with this id/) }],
};
const remove = (userId: string) => governed.database.owner`delete from auth.users where id = ${userId}`;

function countedStore() {
  const memory = createMemoryStore();
  let count = 0;
  const store: AdmissionStore = {
    ...memory,
    admit(request) {
      count += 1;
      return memory.admit(request);
    },
  };
  return { store, admissions: () => count };
}

test("no call is made for an account that nobody knows: nothing is sent, and nothing is booked", async () => {
  const { store, admissions } = countedStore();
  const { messages } = governed.restart({ store }).forUser(randomUUID());
  const before = governed.sent().length;
  await expect(messages.create(ask)).rejects.toMatchObject(refused);
  await expect(messages.create({ ...ask, stream: true })).rejects.toMatchObject(refused);
  await expect(messages.countTokens(ask)).rejects.toMatchObject(refused);
  const stream = messages.stream(ask);
  await expect(stream.governed).rejects.toMatchObject(refused);
  await expect(stream.done()).rejects.toThrow(/no account with this id/);
  expect([governed.sent().length, admissions()]).toEqual([before, 0]);
});

test("an account is told to be unknown also where an organization is named, and a stranger that it is one", async () => {
  const organizationId = await governed.makeOrganization();
  const nobody = governed.claude.forUser(randomUUID(), { organizationId });
  await expect(nobody.messages.create(ask)).rejects.toMatchObject(refused);
  const stranger = governed.claude.forUser(await governed.makeUser(), { organizationId });
  await expect(stranger.messages.create(ask)).rejects.toMatchObject({
    code: "NOT_FOUND",
    issues: [{ path: "organizationId", message: expect.stringMatching(/does not belong/) }],
  });
});

test.each([
  ["has settings of its own", () => governed.makeUser({ settings })],
  ["has stored nothing", () => governed.database.createUser()],
])(
  "calls for an account that %s end when it is deleted, whoever holds its configuration",
  async (_, make) => {
    const userId = await make();
    const { messages } = governed.claude.forUser(userId);
    await messages.countTokens(ask).catch((error) => expect(error).toMatchObject({ code: "KEY_MISSING" }));
    await remove(userId);
    await expect
      .poll(() => messages.countTokens(ask).catch((error: unknown) => error), { timeout: 1_500 })
      .toMatchObject(refused);
    const before = governed.sent().length;
    await expect(messages.create(ask)).rejects.toMatchObject(refused);
    expect(governed.sent().length).toBe(before);
  },
);

test("a call that waits for a limit is not made when its account is deleted meanwhile", async () => {
  const rateLimiting = { requestsPerMinute: 100_000, burstAllowance: 1_000, concurrentRequests: 1 };
  const userId = await governed.makeUser({ settings: { ...settings, rateLimiting } });
  const { store, admissions } = countedStore();
  const { messages } = governed.restart({ limitWaitMs: 60_000, store }).forUser(userId);
  governed.server.script(failures.hang());
  const leaving = new AbortController();
  const before = governed.sent().length;
  const running = expect(messages.create(ask, { signal: leaving.signal })).rejects.toThrow("aborted");
  await expect.poll(() => governed.sent().length).toBe(before + 1);
  const waiting = expect(messages.create(ask)).rejects.toMatchObject(refused);
  await expect.poll(admissions).toBe(2);
  await remove(userId);
  await waiting;
  leaving.abort();
  await running;
  expect(governed.sent().length).toBe(before + 1);
});

test("an account that is made after somebody asked for it is served a moment later", async () => {
  const userId = randomUUID();
  const { messages } = governed.claude.forUser(userId);
  await expect(messages.create(ask)).rejects.toMatchObject(refused);
  await governed.database
    .owner`insert into auth.users (id, email) values (${userId}, ${`${userId}@example.com`})`;
  await expect
    .poll(() => messages.create(ask).catch((error: unknown) => error), { timeout: 4_000, interval: 200 })
    .toMatchObject({ code: "KEY_MISSING" });
});
