import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { connect, type SqlClient } from "@ai-config/db";
import { createPostgresStore } from "@ai-config/runtime";

import { type BudgetServer, startBudgetServer } from "./support/budget-server.ts";
import { type CallShape, callMaker } from "./support/call-maker.ts";
import { DECISION_FLOORS, makeDecisionFloors } from "./support/decision-floors.ts";
import { compare, type Result, report } from "./support/measure.ts";

const IN_FLIGHT = 256;
const PROCESSES = 4;

/** Admission and settlement in Postgres: one by one, and under load on one budget, with the ledger written meanwhile. */
export async function admission({ seconds = 5 } = {}): Promise<void> {
  await using server = await startBudgetServer();
  await measureOne(server);
  const floor = await naivePairs(server, seconds);
  const results = [];
  for (const [name, shape, processes, goal] of [
    ["one hot budget, 1 process", "hot", 1, 10_000],
    [`one hot budget, ${PROCESSES} processes`, "hot", PROCESSES, 2_000],
    ["1,000 users of one organization, 1 process", "spread", 1, undefined],
  ] as const) {
    const pairs = await pairsPerSecond(server, shape, processes, seconds);
    const verdict = goal !== undefined && pairs >= goal ? "met" : "MISSED";
    const told = goal === undefined ? "" : `, goal ${goal.toLocaleString("en-US")}/s ${verdict}`;
    results.push({
      name,
      measured: `${pairs.toFixed(0)}/s${told}`,
      ratio: pairs / floor,
    });
  }
  report(
    `Reserve and settle, ${IN_FLIGHT} in flight, against a locked update for each (${floor.toFixed(0)}/s)`,
    results,
  );
}

async function measureOne({ appUrl, ownerUrl }: BudgetServer): Promise<void> {
  const owner = connect({ url: ownerUrl, applicationName: "ai-config benchmark floor" });
  const database = connect({ url: appUrl, applicationName: "ai-config benchmark" });
  const store = createPostgresStore({ database });
  const calls = callMaker("hot");
  try {
    const select1 = async (steps: number) => {
      for (let step = 0; step < steps; step += 1) await database.db.$client`select 1`;
    };
    const admit = await compare(200, select1, async (steps) => {
      for (let step = 0; step < steps; step += 1) await store.admit(calls.next());
    });
    const open: Parameters<typeof calls.settlement>[] = [];
    const pair = await compare(200, select1, async (steps) => {
      for (let step = 0; step < steps; step += 1) {
        const request = calls.next();
        open.push([request, await store.admit(request)]);
        await store.settle(calls.settlement(...(open.pop() as (typeof open)[0])));
      }
    });
    const client = owner.db.$client;
    await makeDecisionFloors(client);
    const floors: Result[] = [];
    for (const [name, statement] of DECISION_FLOORS) {
      const floor = await compare(200, select1, async (steps) => {
        for (let step = 0; step < steps; step += 1) await client.unsafe(statement, [], { prepare: true });
      });
      const measured = microseconds(floor.other, floor.base);
      floors.push({ name: `${name} / select 1`, measured, ratio: floor.ratio });
    }
    const settle = pair.other - admit.other;
    report("One call at a time, user and organization with three budgets each", [
      ...floors,
      {
        name: "admit / select 1",
        measured: microseconds(admit.other, admit.base),
        ratio: admit.ratio,
        goal: 2,
      },
      {
        name: "settle / select 1",
        measured: microseconds(settle, pair.base),
        ratio: settle / pair.base,
        goal: 2,
      },
    ]);
  } finally {
    await store.close();
    await database.close();
    await owner.close();
  }
}

function microseconds(other: number, base: number): string {
  return `${(other / 1_000).toFixed(0)} us against ${(base / 1_000).toFixed(0)} us`;
}

async function pairsPerSecond(
  { appUrl }: BudgetServer,
  shape: CallShape,
  processes: number,
  seconds: number,
): Promise<number> {
  const workers = Array.from({ length: processes }, () =>
    fork(fileURLToPath(new URL("./support/admission-worker.ts", import.meta.url)), {
      env: {
        ...process.env,
        BENCH_URL: appUrl,
        BENCH_SHAPE: shape,
        BENCH_IN_FLIGHT: String(IN_FLIGHT / processes),
      },
    }),
  );
  await Promise.all(workers.map((worker) => once(worker, "message")));
  const counts = await Promise.all(workers.map((worker) => countFor(worker, seconds)));
  return counts.reduce((sum, count) => sum + count, 0) / seconds;
}

async function countFor(worker: ChildProcess, seconds: number): Promise<number> {
  worker.send({ seconds });
  const [count] = (await once(worker, "message")) as [number];
  await once(worker, "exit");
  return count;
}

/** What a locked update for each reservation and each settlement gives: the way that comes to mind first. */
async function naivePairs({ ownerUrl, appUrl: _ }: BudgetServer, seconds: number): Promise<number> {
  const owner = connect({ url: ownerUrl, applicationName: "ai-config benchmark floor" });
  const sql: SqlClient = owner.db.$client;
  try {
    await sql`create table if not exists public.naive_budget (id int primary key, spent numeric not null, reserved numeric not null)`;
    await sql`insert into public.naive_budget values (1, 0, 0) on conflict do nothing`;
    const end = performance.now() + seconds * 1_000;
    let pairs = 0;
    await Promise.all(
      Array.from({ length: 32 }, async () => {
        while (performance.now() < end) {
          await sql`update public.naive_budget set reserved = reserved + 0.01 where id = 1 and spent + reserved + 0.01 <= 1000000000`;
          await sql`update public.naive_budget set reserved = reserved - 0.01, spent = spent + 0.005 where id = 1`;
          pairs += 1;
        }
      }),
    );
    return pairs / seconds;
  } finally {
    await owner.close();
  }
}
