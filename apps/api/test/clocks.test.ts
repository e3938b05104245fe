import { connect } from "@ai-config/db";
import { afterEach, expect, test, vi } from "vitest";

import { createRequestLimiter } from "../src/http/request-limiter.ts";
import { Person } from "./support/person.ts";
import { startApi } from "./support/start-api.ts";

const HOUR = 60 * 60_000;

afterEach(() => void vi.useRealTimers());

/** The clock of the server jumps; what counts by itself, as timers do, does not. */
function moveClock(byMs: number): void {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + byMs });
}

const change = (person: Person, topK: number) =>
  person.json("PATCH", "/api/ai-configuration", { configName: "default", updates: { model: { topK } } });

test.each([
  ["back", -HOUR],
  ["ahead", HOUR],
])("a clock that is set an hour %s signs nobody out and lets everybody in", async (_way, byMs) => {
  await using api = await startApi();
  const [dana, kim] = [new Person(api.url), new Person(api.url)];
  await dana.signUp("dana@example.com");
  moveClock(byMs);
  expect((await change(dana, 1)).status).toBe(200);
  expect((await kim.signUp("kim@example.com")).status).toBe(200);
  expect((await change(kim, 2)).status).toBe(200);
  vi.useRealTimers();
  for (const person of [dana, kim]) expect((await change(person, 3)).status).toBe(200);
  expect((await dana.send("GET", "/readyz")).status).toBe(200);
});

test("a limit ends with its time whatever the clocks of processes say", async () => {
  await using api = await startApi();
  const database = connect({ url: api.test.appUrl, maxConnections: 2, role: "ai_config_identity" });
  const brief = () => createRequestLimiter(database, 2, 1);
  const lasting = () => createRequestLimiter(database, 2, 60);
  const first = brief();
  expect([await first.take("dana", 2), await lasting().take("kim", 2)]).toEqual([undefined, undefined]);
  moveClock(-HOUR);
  expect(await first.take("dana", 3)).toBeLessThanOrEqual(1_000);
  // In a process that knows nothing of the refusal, too.
  await expect.poll(() => brief().take("dana", 1), { timeout: 5_000 }).toBeUndefined();
  await expect.poll(() => first.take("dana", 1), { timeout: 5_000 }).toBeUndefined();
  moveClock(2 * HOUR);
  expect(await lasting().take("kim", 1)).toBeGreaterThan(0);
  await database.close();
});

test("who guessed too often before the clock was set back waits no longer for it", async () => {
  await using api = await startApi();
  const dana = new Person(api.url);
  await dana.signUp("dana@example.com");
  const guess = () =>
    new Person(api.url).json(
      "POST",
      "/api/auth/sign-in/email",
      { email: "dana@example.com", password: "not this one" },
      { origin: api.url },
    );
  const statuses = async () => (await guess()).status;
  await expect.poll(statuses, { timeout: 20_000, interval: 1 }).toBe(429);
  moveClock(-HOUR);
  const refused = await guess();
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after") ?? refused.headers.get("x-retry-after"))).toBeLessThan(
    120,
  );
});
