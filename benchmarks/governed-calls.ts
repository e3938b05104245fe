import { randomBytes } from "node:crypto";
import {
  createServiceContext,
  type RunningServiceContext,
  rotateApiKey,
  updateConfiguration,
} from "@ai-config/config-service";
import { connect, type Database } from "@ai-config/db";
import {
  createGovernedClaude,
  createMemoryStore,
  createPostgresLedger,
  createRedisStore,
  type GovernedClaude,
} from "@ai-config/runtime";
import { startFakeAnthropic } from "@ai-config/runtime/testing";
import { hasRedis, startRedis } from "@ai-config/runtime/testing/redis";
import Anthropic from "@anthropic-ai/sdk";

import { startBudgetServer } from "./support/budget-server.ts";
import { compare, heldBytes, median, report } from "./support/measure.ts";

const MODEL = "claude-sonnet-5-5";
const TOKENS = 100;
const IN_FLIGHT = 32;
const CALLS_IN_MEMORY = 100_000;
const ROUNDS = 7;
const KEY_RING = randomBytes(32).toString("base64url");
const messages = [{ role: "user" as const, content: "Hello" }];
const body = { model: MODEL, max_tokens: TOKENS, messages };

type Send = () => Promise<unknown>;

/** What governing a call adds to the official SDK: to a stub in process, and to the fake API over HTTP. */
export async function governedCalls({ seconds = 10 } = {}): Promise<void> {
  await using server = await startBudgetServer();
  await using anthropic = await startFakeAnthropic({ limits: { requests: 1e9, input: 1e12, output: 1e12 } });
  const database = connect({ url: server.appUrl, applicationName: "ai-config benchmark" });
  const owner = connect({ url: server.ownerUrl, applicationName: "ai-config benchmark setup" });
  try {
    const userId = await makeUser(owner);
    await measureStub(database, userId);
    await measureHttp(database, userId, `${anthropic.url}/v1`, seconds);
  } finally {
    await database.close();
    await owner.close();
  }
}

async function makeUser(owner: Database): Promise<string> {
  const [row] = await owner.db.$client<{ id: string }[]>`
    insert into auth.users (id, email) values (gen_random_uuid(), 'bench@example.com') returning id`;
  if (row === undefined) throw new Error("No account was made.");
  return row.id;
}

async function contextFor(
  database: Database,
  userId: string,
  baseUrl: string,
  outgoing: typeof fetch,
): Promise<RunningServiceContext> {
  const ctx = await createServiceContext({
    database,
    environment: { ANTHROPIC_API_BASE_URL: baseUrl },
    keyRing: KEY_RING,
    fetch: outgoing,
  });
  const actor = { type: "user", userId } as const;
  await updateConfiguration(ctx, {
    actor,
    owner: actor,
    configName: "default",
    updates: {
      model: { model: MODEL, maxTokens: TOKENS },
      rateLimiting: { requestsPerMinute: 1_000_000, concurrentRequests: 10_000, burstAllowance: 1_000_000 },
      costBudget: { dailyBudget: 1e8, weeklyBudget: 1e8, monthlyBudget: 1e8 },
    },
  });
  await rotateApiKey(ctx, { actor, owner: actor, newKey: `sk-ant-api03-${"b".repeat(40)}` });
  return ctx;
}

/** The SDK's own work is left in: only what comes on top of it is ours. */
async function measureStub(database: Database, userId: string): Promise<void> {
  const answer = JSON.stringify({
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: MODEL,
    content: [{ type: "text", text: "Hello" }],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 20 },
  });
  const stub: typeof fetch = async () =>
    new Response(answer, { headers: { "content-type": "application/json", "request-id": "req_1" } });
  const ctx = await contextFor(database, userId, "http://127.0.0.1:9/v1", stub);
  const claude = createGovernedClaude({ service: ctx, store: createMemoryStore() });
  try {
    const sdk = new Anthropic({
      apiKey: "sk-ant-api03-bench",
      baseURL: "http://127.0.0.1:9",
      fetch: stub,
      maxRetries: 0,
    });
    const governed = () => claude.forUser(userId).messages.create({ messages });
    await governed();
    const result = await compare(
      2_000,
      async (steps) => {
        for (let step = 0; step < steps; step += 1) await sdk.messages.create(body);
      },
      async (steps) => {
        for (let step = 0; step < steps; step += 1) await governed();
      },
    );
    const added = (result.other - result.base) / 1_000;
    const growth = await growthOver(CALLS_IN_MEMORY, governed);
    report("Over a stub in process", [
      {
        name: "governed in memory / the SDK alone",
        measured: `${(result.other / 1_000).toFixed(0)} us against ${(result.base / 1_000).toFixed(0)} us`,
        ratio: result.ratio,
      },
      { name: "what governing adds / 10 us", measured: `${added.toFixed(1)} us`, ratio: added / 10, goal: 1 },
      {
        name: "memory kept of 100,000 calls / a byte for each",
        measured: `${(growth / 1_024).toFixed(0)} KiB more`,
        ratio: growth / CALLS_IN_MEMORY,
        goal: 1,
      },
    ]);
  } finally {
    await claude.close();
    await ctx.close();
  }
}

/** How much more memory is held after so many calls; a store that remembers recent ids is full by then. */
async function growthOver(calls: number, send: Send): Promise<number> {
  for (let call = 0; call < calls / 2; call += 1) await send();
  const before = heldBytes();
  for (let call = 0; call < calls; call += 1) await send();
  return heldBytes() - before;
}

async function measureHttp(
  database: Database,
  userId: string,
  baseUrl: string,
  seconds: number,
): Promise<void> {
  const ctx = await contextFor(database, userId, baseUrl, fetch);
  const sdk = new Anthropic({
    apiKey: "sk-ant-api03-bench",
    baseURL: baseUrl.replace(/\/v1$/, ""),
    maxRetries: 0,
  });
  const headers = {
    "content-type": "application/json",
    "x-api-key": "sk-ant-api03-bench",
    "anthropic-version": "2023-06-01",
  };
  const inMemory = createGovernedClaude({ service: ctx, store: createMemoryStore() });
  const inPostgres = createGovernedClaude({ service: ctx });
  await using redis = hasRedis() ? await governedInRedis(ctx, database) : undefined;
  if (redis === undefined) console.log("\nThere is no Redis on this machine: limits in it are not measured.");
  const by =
    (claude: GovernedClaude): Send =>
    () =>
      claude.forUser(userId).messages.create({ messages });
  const ways: readonly (readonly [string, Send])[] = [
    [
      "bare fetch",
      async () =>
        (await fetch(`${baseUrl}/messages`, { method: "POST", headers, body: JSON.stringify(body) })).json(),
    ],
    ["the SDK alone", () => sdk.messages.create(body)],
    ["governed, counted in memory", by(inMemory)],
    ["governed, counted in Postgres", by(inPostgres)],
    ...(redis ? [["governed, counted in Redis", by(redis.claude)] as const] : []),
  ];
  try {
    const rates = await ratesInTurns(ways, seconds);
    const floors = rates.get("the SDK alone") as readonly number[];
    report(
      `Over HTTP, ${IN_FLIGHT} in flight, against the SDK alone`,
      ways.map(([name]) => {
        const own = rates.get(name) as readonly number[];
        const ratio = median(own.map((rate, round) => (floors[round] as number) / rate));
        return { name, measured: `${median(own).toFixed(0)}/s`, ratio };
      }),
    );
  } finally {
    await Promise.all([inMemory.close(), inPostgres.close()]);
    await ctx.close();
  }
}

/** Limits in a Redis of its own, the ledger in Postgres. */
async function governedInRedis(ctx: RunningServiceContext, database: Database) {
  const server = await startRedis();
  const ledger = createPostgresLedger({ database });
  const store = createRedisStore({ send: await server.connect(), ledger });
  const claude = createGovernedClaude({ service: ctx, store });
  return {
    claude,
    [Symbol.asyncDispose]: async () => {
      await claude.close();
      await store.close();
      await ledger.close();
      await server.stop();
    },
  };
}

/** Calls a second of each way, round by round. All take their turn in each, so that they meet the same machine. */
async function ratesInTurns(ways: readonly (readonly [string, Send])[], seconds: number) {
  const rates = new Map<string, number[]>(ways.map(([name]) => [name, []]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const [name, send] of round % 2 === 0 ? ways : ways.toReversed()) {
      const rate = await perSecond(send, seconds / ROUNDS);
      // The first round is there to warm up.
      if (round > 0) rates.get(name)?.push(rate);
    }
  }
  return rates;
}

async function perSecond(send: Send, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  let count = 0;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (performance.now() < end) {
        await send();
        count += 1;
      }
    }),
  );
  return count / seconds;
}
