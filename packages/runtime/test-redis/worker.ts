// One process among several that call under the same limits: node worker.ts '{"socket":…}'
import { compareUsd, sumUsd } from "@ai-config/config-core";
import { createClient } from "@redis/client";

import type { ScopeLimits } from "../src/admission/admission-store.ts";
import { createRedisStore } from "../src/admission/redis/redis-store.ts";
import { ask, settle } from "../testing/admission/admission-kit.ts";

export interface WorkerInput {
  readonly socket: string;
  readonly prefix: string;
  readonly user: ScopeLimits["scope"];
  readonly limit: string;
  readonly window: { readonly start: number; readonly end: number };
  readonly calls: number;
  readonly leaseMs: number;
  /** Leaves every call open, and waits to be killed. */
  readonly isLost: boolean;
}

export interface WorkerOutput {
  readonly spent: string;
  readonly admitted: number;
  /** Scope and limit of each refusal, each once. */
  readonly refusedBy: readonly string[];
}

const input: WorkerInput = JSON.parse(process.argv[2] ?? "");
const { socket, prefix, user, limit, window, calls, leaseMs, isLost } = input;
const client = createClient({ socket: { path: socket, tls: false } });
await client.connect();
const store = createRedisStore({
  send: (command) => client.sendCommand(command),
  prefix,
  writeEntry: async () => {},
});
const windows = [{ start: new Date(window.start), end: new Date(window.end) }];
const limits: ScopeLimits = {
  scope: user,
  concurrency: 100_000,
  budgets: [{ period: "daily", limit, enforcement: "block", thresholds: [], windows }],
};

const costs: string[] = [];
const refusedBy = new Set<string>();
let admitted = 0;
await Promise.all(
  Array.from({ length: calls }, async (_, index) => {
    const request = ask(limits, { reserve: "0.0101", leaseMs });
    const admission = await store.admit(request);
    if (!admission.isAdmitted) {
      const { scope, limit: name } = admission.refusal;
      refusedBy.add(`${scope.kind} ${scope.id} ${name}`);
      return;
    }
    admitted += 1;
    if (isLost) return;
    const cost = `0.00${String((index % 100) + 1).padStart(3, "0")}7`;
    const paid = compareUsd(cost, request.reserve) > 0 ? request.reserve : cost;
    await settle(store, admission, request, paid);
    costs.push(paid);
  }),
);
const output: WorkerOutput = { spent: sumUsd(costs), admitted, refusedBy: [...refusedBy] };
process.stdout.write(`${JSON.stringify(output)}\n`);
if (isLost) setInterval(() => {}, 60_000);
else {
  await store.close();
  await client.close();
}
