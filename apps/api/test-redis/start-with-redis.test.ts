import { createTestDatabase } from "@ai-config/db/testing";
import { startFakeAnthropic } from "@ai-config/runtime/testing";
import { startRedis } from "@ai-config/runtime/testing/redis";
import { pino } from "pino";
import { expect, test } from "vitest";

import { readEnv } from "../src/env.ts";
import { start } from "../src/start.ts";
import { freePort } from "../test/support/free-port.ts";
import { Person } from "../test/support/person.ts";

test("a server that is told of a Redis counts there, and stops with its connection", async () => {
  await using database = await createTestDatabase();
  await using anthropic = await startFakeAnthropic();
  const [port, redisPort] = [await freePort(), await freePort()];
  const redis = await startRedis({ port: redisPort });
  const env = readEnv({
    PORT: String(port),
    DATABASE_URL: database.appUrl,
    AI_CONFIG_ENCRYPTION_KEYS: "VGhpcyBpcyBhIGtleSBvZiAzMiBieXRlcywgdGVzdC4",
    AI_CONFIG_AUTH_SECRET: "a secret of more than thirty-two characters",
    AI_CONFIG_SIGN_UP: "open",
    AI_CONFIG_REDIS_URL: `redis://127.0.0.1:${redisPort}`,
    ANTHROPIC_API_BASE_URL: `${anthropic.url}/v1`,
    ANTHROPIC_API_KEY: `sk-ant-api03-${"k".repeat(40)}`,
  });
  const send = await redis.connect();
  const connections = async () =>
    String(await send(["CLIENT", "LIST"])).match(/name=ai-config /g)?.length ?? 0;
  const product = await start(env, pino({ level: "silent" }), () => {});
  try {
    await product.ready;
    const dana = new Person(product.url);
    await dana.signUp("dana@acme.example", { name: "Dana" });
    anthropic.script({ text: "Hello." });
    expect(await dana.json("POST", "/api/trpc/claude.test", { prompt: "Hello" })).toMatchObject({
      status: 200,
    });
    expect(await send(["KEYS", "{ai-config}:scope:user:*"])).toHaveLength(1);
    expect(await connections()).toBe(1);
  } finally {
    await product.stop();
  }
  expect(await connections()).toBe(0);
  await redis.stop();
});
