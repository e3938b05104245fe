import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { compareUsd, sumUsd } from "@ai-config/config-core";
import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { ScopeLimits } from "../src/admission/admission-store.ts";
import { createPostgresStore } from "../src/admission/postgres-store.ts";
import { HOUR, limitsOf } from "../testing/admission/admission-kit.ts";
import type { CallsMade } from "../testing/admission/make-calls.ts";
import type { WorkerInput } from "./support/postgres-worker.ts";

const PROCESSES = 4;
const THRESHOLDS = [0.25, 0.5, 0.75];

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db?.[Symbol.asyncDispose]());

/** A user with a budget, in an organization with a larger one, and what the database knows of both. */
function scene(limit: string) {
  const windows = [{ start: new Date(Date.now() - HOUR), end: new Date(Date.now() + HOUR) }];
  const budget = { period: "daily", enforcement: "block", thresholds: THRESHOLDS, windows } as const;
  const user = limitsOf({ kind: "user", id: randomUUID() }, { budgets: [{ ...budget, limit }] });
  const pool = limitsOf(
    { kind: "organization", id: randomUUID() },
    { concurrency: 100_000, budgets: [{ ...budget, limit: "1000" }] },
  );
  const store = createPostgresStore({ database: db.database });
  const scopes = [user, pool] as const;
  return {
    user,
    scopes,
    start: (given: Partial<WorkerInput>) => startWorker({ scopes, ...given }),
    /** What the user and the organization spent and hold, what both have open, and what the ledger has of them. */
    figures: async () => {
      await store.sweep();
      const states = await store.status(scopes);
      const [held] = await db.owner`
        select coalesce(sum(running), 0)::int as running, (
            select count(*)::int from private.admission_leases where scope = any (${keysOf(scopes)})
          ) as leases
        from private.admission_scopes where scope = any (${keysOf(scopes)})`;
      return { budgets: states.map(({ spent, reserved }) => ({ spent, reserved })), ...held };
    },
    ledger: async () => {
      const rows = await db.owner<{ cost: string }[]>`
        select cost::text as cost from public.ai_usage_events where user_id = ${user.scope.id}`;
      return sumUsd(rows.map(({ cost }) => cost));
    },
    /** Whether the windows ever held more than their limit, asked again and again until it is stopped. */
    watch: () => watch(user, limit),
  };
}

const keysOf = (scopes: readonly ScopeLimits[]) => scopes.map(({ scope }) => `${scope.kind}:${scope.id}`);

function watch({ scope }: ScopeLimits, limit: string) {
  let isOver = false;
  const seen = { looks: 0, beyond: 0 };
  const done = (async () => {
    while (!isOver) {
      const rows = await db.owner`
        select from private.budget_windows
        where scope = ${`user:${scope.id}`} and spent + reserved > ${limit}::numeric`;
      seen.looks += 1;
      seen.beyond += rows.length;
    }
  })();
  return async () => {
    isOver = true;
    await done;
    return seen;
  };
}

function startWorker(given: Partial<WorkerInput>) {
  const input = { calls: 50, leaseMs: HOUR, isLost: false, isEndless: false, ...given };
  const worker = fileURLToPath(new URL("./support/postgres-worker.ts", import.meta.url));
  const child = spawn(process.execPath, [worker, JSON.stringify(input)], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, WORKER_DATABASE_URL: db.appUrl },
  });
  const ended = once(child, "exit");
  const lines = createInterface(child.stdout);
  const said = once(lines, "line").then(([line]): CallsMade => JSON.parse(line));
  return {
    said,
    ended,
    kill: async () => {
      child.kill("SIGKILL");
      expect((await ended)[1]).toBe("SIGKILL");
    },
  };
}

test("4 processes with 200 calls each spend no more than $1.00, every refusal names the cap, every alert comes once", async () => {
  const { user, start, figures, ledger, watch } = scene("1.00");
  const stopWatching = watch();
  const workers = Array.from({ length: PROCESSES }, () => start({ calls: 200 }));
  const outputs = await Promise.all(workers.map(({ said }) => said));
  for (const { ended } of workers) expect(await ended).toEqual([0, null]);
  const seen = await stopWatching();
  expect(seen).toMatchObject({ beyond: 0, looks: expect.any(Number) });
  expect(seen.looks).toBeGreaterThan(0);

  const spent = sumUsd(outputs.map((output) => output.spent));
  const both = { spent, reserved: "0" };
  expect(await figures()).toEqual({ budgets: [both, both], running: 0, leases: 0 });
  expect(await ledger()).toBe(spent);
  expect(compareUsd(spent, "1")).toBeLessThanOrEqual(0);
  expect(outputs.reduce((sum, { admitted }) => sum + admitted, 0)).toBeLessThan(PROCESSES * 200);
  expect([...new Set(outputs.flatMap(({ refusedBy }) => refusedBy))]).toEqual([
    `user ${user.scope.id} dailyBudget`,
  ]);

  const alerts = await db.owner`
    select threshold::float as threshold from public.budget_alerts
    where user_id = ${user.scope.id} order by threshold`;
  const crossed = THRESHOLDS.filter((threshold) => compareUsd(spent, String(threshold)) >= 0);
  expect(crossed.length).toBeGreaterThan(0);
  expect(alerts.map(({ threshold }) => threshold)).toEqual(crossed);
});

test("what a killed process held is free when its leases end, and what others spent stays", async () => {
  const { start, figures, ledger } = scene("100");
  const { spent } = await start({ calls: 50 }).said;
  const lost = start({ calls: 50, leaseMs: 2_000, isLost: true });
  expect(await lost.said).toMatchObject({ admitted: 50 });
  await lost.kill();
  const both = { spent, reserved: "0" };
  await expect.poll(figures, { timeout: 30_000 }).toEqual({ budgets: [both, both], running: 0, leases: 0 });
  expect(await ledger()).toBe(spent);
});

test("processes killed in the middle of their calls leave counters that equal the ledger", async () => {
  const { start, figures, ledger, watch } = scene("100");
  const stopWatching = watch();
  const workers = Array.from({ length: PROCESSES }, () =>
    start({ calls: 40, leaseMs: 3_000, isEndless: true }),
  );
  await Promise.all(workers.map(({ said }) => said));
  for (const { kill } of workers) {
    await pause(60);
    await kill();
  }
  expect(await stopWatching()).toMatchObject({ beyond: 0 });

  await expect.poll(figures, { timeout: 30_000 }).toMatchObject({ running: 0, leases: 0 });
  const spent = await ledger();
  expect(compareUsd(spent, "0")).toBeGreaterThan(0);
  const both = { spent, reserved: "0" };
  expect((await figures()).budgets).toEqual([both, both]);
});
