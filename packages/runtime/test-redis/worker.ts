// One process among several that call under the same limits: node worker.ts '{"socket":…}'
import { createClient } from "@redis/client";

import type { ScopeLimits } from "../src/admission/admission-store.ts";
import { createRedisStore } from "../src/admission/redis/redis-store.ts";
import { type CallPlan, makeCalls } from "../testing/admission/make-calls.ts";
import { ledgerOf } from "./support/ledger-of.ts";

export interface WorkerInput extends CallPlan {
  readonly socket: string;
  readonly prefix: string;
  readonly user: ScopeLimits["scope"];
  readonly limit: string;
  readonly window: { readonly start: number; readonly end: number };
}

const input: WorkerInput = JSON.parse(process.argv[2] ?? "");
const { socket, prefix, user, limit, window, ...plan } = input;
const client = createClient({ socket: { path: socket, tls: false } });
await client.connect();
const store = createRedisStore({
  send: (command) => client.sendCommand(command),
  prefix,
  ledger: ledgerOf({}),
});
const windows = [{ start: new Date(window.start), end: new Date(window.end) }];
const limits: ScopeLimits = {
  scope: user,
  concurrency: 100_000,
  budgets: [{ period: "daily", limit, enforcement: "block", thresholds: [], windows }],
};

const made = await makeCalls(store, [limits], plan);
process.stdout.write(`${JSON.stringify(made)}\n`);
if (plan.isLost) setInterval(() => {}, 60_000);
else {
  await store.close();
  await client.close();
}
