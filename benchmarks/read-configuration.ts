import { randomBytes } from "node:crypto";

import {
  createServiceContext,
  type EffectiveConfiguration,
  getEffectiveConfiguration,
  peekEffectiveConfiguration,
  type ServiceContext,
} from "@ai-config/config-service";
import { type Database, readLayers } from "@ai-config/db";

import { type FilledDatabase, startFilledDatabase } from "./support/filled-database.ts";
import { compare, median, report } from "./support/measure.ts";

const IN_FLIGHT = 32;

/** Reading a configuration: from memory, from the database at three sizes, and under load that does not end. */
export async function readConfiguration({
  loadSeconds = 60,
  rowCounts = [1_000, 100_000, 1_000_000],
} = {}): Promise<void> {
  await using filled = await startFilledDatabase();
  const keyRing = randomBytes(32).toString("base64url");
  const ctx = await createServiceContext({ database: filled.database, environment: {}, keyRing });
  try {
    for (const rows of rowCounts) {
      await filled.fillTo(rows);
      if (rows === rowCounts[0]) await measureMemory(ctx, filled);
      await measureCold(ctx, filled, rows);
    }
    await measureLoad(filled, loadSeconds);
  } finally {
    await ctx.close();
  }
}

async function measureMemory(ctx: ServiceContext, filled: FilledDatabase): Promise<void> {
  const inputs = Array.from({ length: 200 }, () => {
    const userId = filled.someUserId();
    return { actor: { type: "user", userId }, userId } as const;
  });
  const map = new Map<string, EffectiveConfiguration>();
  for (const input of inputs) map.set(input.userId, await getEffectiveConfiguration(ctx, input));
  const resolved = inputs.map(({ userId }) => Promise.resolve(map.get(userId)));
  let sink: unknown;

  const cached = await compare(
    200_000,
    async (steps) => {
      for (let step = 0; step < steps; step += 1) sink = await resolved[step % resolved.length];
    },
    async (steps) => {
      for (let step = 0; step < steps; step += 1) {
        sink = await getEffectiveConfiguration(ctx, inputs[step % inputs.length] as (typeof inputs)[0]);
      }
    },
  );
  const peek = await compare(
    1_000_000,
    (steps) => {
      for (let step = 0; step < steps; step += 1)
        sink = map.get((inputs[step % inputs.length] as (typeof inputs)[0]).userId);
    },
    (steps) => {
      for (let step = 0; step < steps; step += 1) {
        sink = peekEffectiveConfiguration(ctx, inputs[step % inputs.length] as (typeof inputs)[0]);
      }
    },
  );
  if (sink === undefined) throw new Error("The cache was empty, so nothing was measured.");
  const nanoseconds = ({ base, other }: typeof peek) =>
    `${other.toFixed(0)} ns against ${base.toFixed(0)} ns`;
  report("From memory", [
    { name: "cached read / awaited promise", measured: nanoseconds(cached), ratio: cached.ratio, goal: 2 },
    { name: "peek / Map.get", measured: nanoseconds(peek), ratio: peek.ratio, goal: 3 },
  ]);
}

async function measureCold(ctx: ServiceContext, filled: FilledDatabase, rows: number): Promise<void> {
  const { database } = filled;
  const select1 = async (steps: number) => {
    for (let step = 0; step < steps; step += 1) await database.db.$client`select 1`;
  };
  const layers = await compare(400, select1, async (steps) => {
    for (let step = 0; step < steps; step += 1) await readOne(database, filled.someUserId());
  });
  const whole = await compare(400, select1, async (steps) => {
    for (let step = 0; step < steps; step += 1) {
      const userId = filled.someUserId();
      ctx.cache.forgetUser(userId);
      await getEffectiveConfiguration(ctx, { actor: { type: "user", userId }, userId });
    }
  });
  const microseconds = ({ base, other }: typeof layers) =>
    `${(other / 1_000).toFixed(0)} us against ${(base / 1_000).toFixed(0)} us`;
  report(`From the database, ${rows.toLocaleString("en-US")} rows`, [
    { name: "reading layers / select 1", measured: microseconds(layers), ratio: layers.ratio, goal: 1.5 },
    {
      name: "the same, resolved and cached / select 1",
      measured: microseconds(whole),
      ratio: whole.ratio,
    },
  ]);
}

/** Counts reads by the second: what slows down over a minute would go on doing so. */
async function measureLoad(filled: FilledDatabase, seconds: number): Promise<void> {
  const counts = new Array<number>(seconds).fill(0);
  const start = performance.now();
  const second = () => Math.floor((performance.now() - start) / 1_000);
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (let now = second(); now < seconds; now = second()) {
        await readOne(filled.database, filled.someUserId());
        counts[now] = (counts[now] ?? 0) + 1;
      }
    }),
  );
  // The first second warms connections up.
  const edge = Math.max(1, Math.floor(seconds / 6));
  const [first, last] = [median(counts.slice(1, 1 + edge)), median(counts.slice(-edge))];
  const measured = `${first.toFixed(0)}/s, at the end ${last.toFixed(0)}/s`;
  report(`${IN_FLIGHT} reads in flight for ${seconds} s`, [
    { name: "reads a second, beginning / end", measured, ratio: first / last, goal: 1.1 },
  ]);
}

function readOne(database: Database, userId: string): Promise<unknown> {
  return readLayers(database, { type: "user", userId }, { userId });
}
