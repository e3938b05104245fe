// One process among several that call under the same limits: node postgres-worker.ts '{"scopes":…}'
import { connect } from "@ai-config/db";

import type { ScopeLimits } from "../../src/admission/admission-store.ts";
import { createPostgresStore } from "../../src/admission/postgres-store.ts";
import { type CallPlan, makeCalls } from "../../testing/admission/make-calls.ts";

export interface WorkerInput extends CallPlan {
  /** As the store takes them, except that moments are text. */
  readonly scopes: readonly ScopeLimits[];
  /** Calls again and again until it is killed. */
  readonly isEndless: boolean;
}

const { scopes, isEndless, ...plan }: WorkerInput = JSON.parse(process.argv[2] ?? "", (key, value) =>
  key === "start" || key === "end" ? new Date(value) : value,
);
const database = connect({ url: process.env.WORKER_DATABASE_URL ?? "", applicationName: "ai-config worker" });
const store = createPostgresStore({ database });
do {
  const made = await makeCalls(store, scopes, plan);
  process.stdout.write(`${JSON.stringify(made)}\n`);
} while (isEndless);
if (plan.isLost) setInterval(() => {}, 60_000);
else {
  await store.close();
  await database.close();
}
