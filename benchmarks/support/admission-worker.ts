import { once } from "node:events";

import { connect } from "@ai-config/db";
import { createPostgresStore } from "@ai-config/runtime";

import { type CallShape, callMaker } from "./call-maker.ts";

/** One process of several that spend from the same budgets: counts its pairs of admission and settlement. */
const { BENCH_URL = "", BENCH_SHAPE = "hot", BENCH_IN_FLIGHT = "64" } = process.env;
const database = connect({ url: BENCH_URL, applicationName: "ai-config benchmark worker" });
// What waits is counted, so nobody has to be told of it.
const store = createPostgresStore({ database, log: () => {} });
const calls = callMaker(BENCH_SHAPE as CallShape);

async function pair(): Promise<void> {
  const request = calls.next();
  await store.settle(calls.settlement(request, await store.admit(request)));
}

await Promise.all(Array.from({ length: Number(BENCH_IN_FLIGHT) }, pair));
process.send?.("ready");
const [{ seconds }] = (await once(process, "message")) as [{ seconds: number }];
const end = performance.now() + seconds * 1_000;
let count = 0;
await Promise.all(
  Array.from({ length: Number(BENCH_IN_FLIGHT) }, async () => {
    while (performance.now() < end) {
      await pair();
      count += 1;
    }
  }),
);
process.send?.(count);
// What waits by now is looked at first.
await once(process, "message");
await store.close();
await database.close();
process.disconnect();
