import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";

import { budgetWindow } from "@ai-config/config-core";
import { expect, test } from "vitest";

import { admit, ask, limitsOf, settle } from "../../testing/admission/admission-kit.ts";
import { manualTimers } from "../../testing/manual-timers.ts";
import type { BudgetAlert } from "./admission-store.ts";
import { tellAlerts } from "./alerting-store.ts";
import { admitWithin, createFairQueue } from "./fair-queue.ts";
import { createMemoryStore } from "./memory-store.ts";

const NOON = Date.UTC(2026, 10, 23, 12);

function start() {
  const alerts: BudgetAlert[] = [];
  const timers = manualTimers(NOON);
  const store = tellAlerts(createMemoryStore({ now: timers.now }), (alert) => void alerts.push(alert));
  const scope = { kind: "user", id: randomUUID() } as const;
  const windows = [budgetWindow("daily", new Date(NOON), "UTC")];
  const limited = (limit: string) =>
    limitsOf(scope, {
      concurrency: 1,
      budgets: [{ period: "daily", limit, enforcement: "block", thresholds: [0.5, 1], windows }],
    });
  const told = () => alerts.splice(0).map(({ limit, threshold }) => `${threshold} of ${limit}`);
  return { store, timers, limited, told };
}

test("what a settlement finds due is told, once", async () => {
  const { store, limited, told } = start();
  const request = ask(limited("10"), { reserve: "6" });
  const admission = await admit(store, request);
  expect(told()).toEqual([]);
  await settle(store, admission, request, "6");
  expect(told()).toEqual(["0.5 of 10"]);
  await settle(store, admission, request, "6");
  expect(told()).toEqual([]);
});

test("what the refusal of a call finds due is told while the call waits", async () => {
  const { store, timers, limited, told } = start();
  const spent = ask(limited("10"), { reserve: "3" });
  await settle(store, await admit(store, spent), spent, "3");
  await admit(store, ask(limited("10")));
  const queue = createFairQueue({ timers });
  const waiting = admitWithin(store, ask(limited("4")), { deadline: NOON + 5_000, queue });
  await setImmediate();
  expect([told(), queue.waiting]).toEqual([["0.5 of 4"], 1]);
  await timers.advance(5_000);
  expect(await waiting).toMatchObject({ isAdmitted: false, alerts: [] });
  expect(told()).toEqual([]);
});
