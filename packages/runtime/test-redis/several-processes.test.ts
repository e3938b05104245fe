import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { compareUsd, sumUsd } from "@ai-config/config-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createRedisStore } from "../src/admission/redis/redis-store.ts";
import { limitsOf } from "../testing/admission/admission-kit.ts";
import type { CallPlan, CallsMade } from "../testing/admission/make-calls.ts";
import { startRedis, type TestRedis } from "../testing/redis/start-redis.ts";
import { ledgerOf } from "./support/ledger-of.ts";
import type { WorkerInput } from "./worker.ts";

let redis: TestRedis;

beforeAll(async () => {
  redis = await startRedis();
});

afterAll(() => redis.stop());

async function scene(limit: string) {
  const now = Date.now();
  const window = { start: now - 3_600_000, end: now + 3_600_000 };
  const user = { kind: "user", id: randomUUID() } as const;
  const prefix = `{test-${randomUUID()}}`;
  const store = createRedisStore({ send: await redis.connect(), prefix, ledger: ledgerOf({}) });
  const windows = [{ start: new Date(window.start), end: new Date(window.end) }];
  const limits = limitsOf(user, {
    budgets: [{ period: "daily", limit, enforcement: "block", thresholds: [], windows }],
  });
  const figures = async () => {
    await store.sweep();
    const [state] = await store.status([limits]);
    return { spent: state?.spent, reserved: state?.reserved };
  };

  /** Starts a process, and answers what it says of its calls. */
  async function run(given: CallPlan) {
    const input: WorkerInput = { socket: redis.socket, prefix, user, limit, window, ...given };
    const worker = fileURLToPath(new URL("./worker.ts", import.meta.url));
    const child = spawn(process.execPath, [worker, JSON.stringify(input)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "exit");
    const [line] = await once(createInterface(child.stdout), "line");
    const output: CallsMade = JSON.parse(line);
    return { output, child, ended };
  }

  return { user, figures, run };
}

test("4 processes with 200 calls each spend no more than $1.00, and every refusal names the cap", async () => {
  const { user, figures, run } = await scene("1.00");
  const workers = await Promise.all(
    Array.from({ length: 4 }, () => run({ calls: 200, leaseMs: 60_000, isLost: false })),
  );
  await Promise.all(workers.map(({ ended }) => ended));
  const outputs = workers.map(({ output }) => output);
  const spent = sumUsd(outputs.map((output) => output.spent));
  expect(await figures()).toEqual({ spent, reserved: "0" });
  expect(compareUsd(spent, "1")).toBeLessThanOrEqual(0);
  expect(outputs.reduce((sum, { admitted }) => sum + admitted, 0)).toBeLessThan(800);
  expect([...new Set(outputs.flatMap(({ refusedBy }) => refusedBy))]).toEqual([
    `user ${user.id} dailyBudget`,
  ]);
});

test("what a killed process held is free when its leases end, and what it spent stays", async () => {
  const { figures, run } = await scene("100");
  const { output } = await run({ calls: 50, leaseMs: 60_000, isLost: false });
  const lost = await run({ calls: 50, leaseMs: 2_000, isLost: true });
  expect(lost.output.admitted).toBe(50);
  lost.child.kill("SIGKILL");
  await lost.ended;
  await expect.poll(figures, { timeout: 30_000 }).toEqual({ spent: output.spent, reserved: "0" });
});
