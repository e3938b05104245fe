import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { connect, type SqlClient } from "@ai-config/db";
import { type Admission, createPostgresStore } from "@ai-config/runtime";

import { type BudgetServer, startBudgetServer } from "./support/budget-server.ts";
import { type CallShape, callMaker } from "./support/call-maker.ts";
import { DECISION_FLOORS, makeDecisionFloors } from "./support/decision-floors.ts";
import { type Result, report, timeInTurns } from "./support/measure.ts";

const IN_FLIGHT = 256;
const PROCESSES = 4;
const TURNS = { turns: 4_000, warmUp: 500 };

/**
 * Admission and settlement in Postgres: one by one, and under load on one budget, with the ledger written meanwhile as far
 * as there is time for it; what is left waits in the database, counted and booked.
 */
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
    const { pairs, waiting } = await pairsPerSecond(server, shape, processes, seconds);
    const written = Math.max(0, 1 - waiting / (pairs * seconds));
    const verdict = goal !== undefined && pairs >= goal ? "met" : "MISSED";
    const told = goal === undefined ? "" : `, goal ${goal.toLocaleString("en-US")}/s ${verdict}`;
    results.push({
      name,
      measured: `${pairs.toFixed(0)}/s${told}, ${Math.round(100 * written)} % of the ledger written`,
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
  let [request, admitted] = [calls.next(), undefined as Admission | undefined];
  try {
    const client = owner.db.$client;
    await makeDecisionFloors(client);
    const select1 = { "select 1": () => database.db.$client`select 1` };
    const floors = DECISION_FLOORS.map(([name, statement]) => [
      name,
      () => client.unsafe(statement, [], { prepare: true }),
    ]);
    const calling = {
      admit: async () => {
        request = calls.next();
        admitted = await store.admit(request);
      },
      settle: () => store.settle(calls.settlement(request, admitted as Admission)),
    };
    report("One call at a time, user and organization with three budgets each", [
      ...againstSelect1(await timeInTurns({ ...select1, ...Object.fromEntries(floors) }, TURNS)),
      ...againstSelect1(await timeInTurns({ ...select1, ...calling }, TURNS)).map((one) => ({
        ...one,
        goal: 2,
      })),
    ]);
  } finally {
    await store.close();
    await database.close();
    await owner.close();
  }
}

function againstSelect1({
  "select 1": base = Number.NaN,
  ...times
}: Readonly<Record<string, number>>): Result[] {
  return Object.entries(times).map(([name, time]) => ({
    name: `${name} / select 1`,
    measured: `${(time / 1_000).toFixed(0)} us against ${(base / 1_000).toFixed(0)} us`,
    ratio: time / base,
  }));
}

/** What was done a second, and how many records wait at the end of it. */
async function pairsPerSecond(
  { appUrl, ownerUrl }: BudgetServer,
  shape: CallShape,
  processes: number,
  seconds: number,
): Promise<{ pairs: number; waiting: number }> {
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
  const ended = workers.map((worker) => once(worker, "exit"));
  const counts = await Promise.all(workers.map((worker) => countFor(worker, seconds)));
  const owner = connect({ url: ownerUrl, applicationName: "ai-config benchmark" });
  try {
    const waiting = await recordsThatWait(owner.db.$client);
    for (const worker of workers) worker.send("end");
    await Promise.all(ended);
    await writeRecords(owner.db.$client);
    return { pairs: counts.reduce((sum, count) => sum + count, 0) / seconds, waiting };
  } finally {
    await owner.close();
  }
}

async function countFor(worker: ChildProcess, seconds: number): Promise<number> {
  worker.send({ seconds });
  const [count] = (await once(worker, "message")) as [number];
  return count;
}

async function recordsThatWait(client: SqlClient): Promise<number> {
  const [row] = await client<{ count: number }[]>`
    select count(*)::integer as count from private.pending_calls`;
  return row?.count ?? 0;
}

/** Leaves nothing to the next measurement that can be written. */
async function writeRecords(client: SqlClient): Promise<void> {
  let left = await recordsThatWait(client);
  for (let before = Number.POSITIVE_INFINITY; left < before && left > 0; ) {
    before = left;
    await client`select private.write_pending_calls(null)`;
    left = await recordsThatWait(client);
  }
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
