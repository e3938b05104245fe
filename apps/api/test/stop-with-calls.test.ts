import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import { type FakeAnthropic, failures, startFakeAnthropic } from "@ai-config/runtime/testing";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";

import { readEnv } from "../src/env.ts";
import { start } from "../src/start.ts";
import { freePort } from "./support/free-port.ts";
import { Person } from "./support/person.ts";

let database: TestDatabase;
let anthropic: FakeAnthropic;
beforeAll(async () => {
  [database, anthropic] = await Promise.all([createTestDatabase(), startFakeAnthropic()]);
});
afterAll(async () => {
  await Promise.all([database[Symbol.asyncDispose](), anthropic.stop()]);
});

/** The product with somebody whose test call has just reached Anthropic. */
async function startWithCall(email: string, step: Parameters<FakeAnthropic["script"]>[0]) {
  const env = readEnv({
    PORT: String(await freePort()),
    DATABASE_URL: database.appUrl,
    AI_CONFIG_ENCRYPTION_KEYS: "VGhpcyBpcyBhIGtleSBvZiAzMiBieXRlcywgdGVzdC4",
    AI_CONFIG_AUTH_SECRET: "a secret of more than thirty-two characters",
    AI_CONFIG_SIGN_UP: "open",
    ANTHROPIC_API_BASE_URL: `${anthropic.url}/v1`,
    ANTHROPIC_API_KEY: `sk-ant-api03-${"k".repeat(40)}`,
  });
  const product = await start(env, pino({ level: "silent" }), () => {});
  await product.ready;
  const person = new Person(product.url);
  await person.signUp(email, { name: "Dana" });
  anthropic.script(step);
  const before = anthropic.requests.length;
  const call = person.json("POST", "/api/trpc/claude.test", { prompt: "Hello" });
  await expect.poll(() => anthropic.requests.length).toBe(before + 1);
  return { product, call };
}

async function ledgerOf(email: string) {
  const rows = await database.owner`
    select outcome, cost > 0 as "isPaid" from public.ai_usage_events
    where user_id = (select id from auth.users where email = ${email})`;
  return [...rows];
}

test("a product that stops answers the test call that runs, and books it", async () => {
  const { product, call } = await startWithCall("dana@acme.example", { text: "Hello.", bodyDelayMs: 200 });
  await product.stop();
  expect(await call).toMatchObject({ status: 200, body: { result: { data: { text: "Hello." } } } });
  expect(await ledgerOf("dana@acme.example")).toEqual([{ outcome: "success", isPaid: true }]);
});

test("one that takes too long is ended, told so, and booked", async () => {
  const { product, call } = await startWithCall("erin@acme.example", failures.hang());
  await product.stop();
  expect(await call).toMatchObject({
    status: 503,
    body: { error: { data: { aiConfig: { code: "SHUTTING_DOWN" } } } },
  });
  expect(await ledgerOf("erin@acme.example")).toEqual([{ outcome: "aborted", isPaid: true }]);
});
