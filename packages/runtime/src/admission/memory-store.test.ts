import { randomUUID } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { budgetWindow } from "@ai-config/config-core";
import { describe, expect, test } from "vitest";

import {
  admit,
  ask,
  figuresOf,
  limitsOf,
  refuse,
  settle,
  spend,
} from "../../testing/admission/admission-kit.ts";
import { describeAdmissionStore } from "../../testing/admission-conformance.ts";
import type { LedgerEntry } from "../ledger/ledger-entry.ts";
import type { ScopeLimits } from "./admission-store.ts";
import { createMemoryStore } from "./memory-store.ts";

const NOON = Date.UTC(2026, 10, 23, 12);

describeAdmissionStore(
  "the store in memory",
  async () => {
    let now = NOON;
    const entries: LedgerEntry[] = [];
    const store = createMemoryStore({ now: () => now, writeEntry: (entry) => entries.push(entry) });
    return {
      store,
      twin: store,
      hasLedger: false,
      now: async () => now,
      advance: async (ms) => {
        now += ms;
      },
      ledger: async () => entries,
      close: () => store.close(),
    };
  },
  { clock: "movable", runs: 500 },
);

describe("the store in memory", () => {
  test("counts in a window that is told with another end", async () => {
    let now = NOON;
    const store = createMemoryStore({ now: () => now });
    const scope = { kind: "user", id: randomUUID() } as const;
    const until = (end: number) =>
      limitsOf(scope, {
        budgets: [
          {
            period: "daily",
            limit: "10",
            enforcement: "block",
            thresholds: [],
            windows: [{ start: new Date(NOON - 1_000), end: new Date(end) }],
          },
        ],
      });
    await spend(store, until(NOON + 1_000), "1");
    now += 1_000;
    await spend(store, until(NOON + 2_000), "4");
    expect((await spend(store, until(NOON + 2_000), "4")).budgets).toMatchObject([{ spent: "9" }]);
  });

  test("is exact to the millisecond", async () => {
    let now = NOON;
    const store = createMemoryStore({ now: () => now });
    for (const perMinute of [1, 7, 11, 50, 999]) {
      const user = limitsOf({ kind: "user", id: randomUUID() }, { rate: { perMinute, burst: 2 } });
      for (let call = 0; call < 3; call += 1) await admit(store, ask(user));
      for (let round = 0; round < 20; round += 1) {
        const { retryAfterMs } = await refuse(store, ask(user));
        expect(retryAfterMs).toBeLessThanOrEqual(Math.ceil(60_000 / perMinute));
        now += retryAfterMs - 1;
        await refuse(store, ask(user));
        now += 1;
        await admit(store, ask(user));
      }
    }
  });

  test("gives answers that can be copied and sent", async () => {
    const windows = [budgetWindow("daily", new Date(NOON), "UTC")];
    const budgets = [{ period: "daily", limit: "1", enforcement: "block", thresholds: [], windows } as const];
    const user = limitsOf({ kind: "user", id: randomUUID() }, { budgets });
    const store = createMemoryStore({ now: () => NOON });
    const request = ask(user, { reserve: "0.5" });
    const admission = await admit(store, request);
    const settled = await settle(store, admission, request, "0.25");
    // Figures of their moment, also when they are read later.
    expect({ ...admission }.budgets).toMatchObject([{ spent: "0", reserved: "0.5" }]);
    expect(JSON.parse(JSON.stringify(settled))).toMatchObject({
      isBooked: true,
      budgets: [{ spent: "0.25", reserved: "0" }],
    });
    expect(structuredClone(settled).budgets).toEqual(settled.budgets);
  });

  for (const isKnown of [true, false]) {
    test(`loses nothing of ${isKnown ? "an admission" : "a late settlement"} for which it makes room`, async () => {
      const windows = [budgetWindow("daily", new Date(NOON), "UTC")];
      const budgets = [
        { period: "daily", limit: "1", enforcement: "block", thresholds: [], windows } as const,
      ];
      const limited = (kind: "user" | "organization") => limitsOf({ kind, id: randomUUID() }, { budgets });
      const store = createMemoryStore({ now: () => NOON });
      const other = isKnown ? store : createMemoryStore({ now: () => NOON });
      // An odd one, so that there is room for another person and none for the organization.
      await spend(other, limited("user"), "0.25");
      for (let call = 0; call < 1200; call += 1) {
        const user = limited("user");
        const request = ask([user, limited("organization")], { reserve: "0.5" });
        const admission = await admit(store, request);
        expect(figuresOf(await store.status([user]), user)).toEqual({ spent: "0", reserved: "0.5" });
        await settle(other, admission, request, "0.25");
        expect(figuresOf(await other.status([user]), user)).toEqual({ spent: "0.25", reserved: "0" });
      }
    });
  }

  test("holds no more after 100,000 calls of 100,000 people on 100 days than before", async () => {
    setFlagsFromString("--expose-gc");
    const collect: () => void = runInNewContext("gc");
    let now = NOON;
    const store = createMemoryStore({ now: () => now });
    const call = async (user: ScopeLimits, pool: ScopeLimits, isSettled: boolean) => {
      const request = ask([user, pool], { reserve: "0.5", leaseMs: 60_000 });
      const admission = await admit(store, request);
      if (isSettled) await settle(store, admission, request, "0.25");
    };
    const pool = randomUUID();
    const days = async (count: number) => {
      for (let day = 0; day < count; day += 1) {
        const windows = [budgetWindow("daily", new Date(now), "UTC")];
        const thresholds = [0.5];
        const budgets = [
          { period: "daily", limit: "1000", enforcement: "block", thresholds, windows } as const,
        ];
        const given = { rate: { perMinute: 1_000_000, burst: 1000 }, concurrency: 1000, budgets };
        const organization = limitsOf({ kind: "organization", id: pool }, given);
        for (let person = 0; person < 1000; person += 1) {
          await call(limitsOf({ kind: "user", id: randomUUID() }, given), organization, person % 10 > 0);
          now += 10;
        }
        now += 86_400_000 - 10_000;
      }
      await store.sweep();
      collect();
      return process.memoryUsage().heapUsed;
    };
    const before = await days(30);
    const after = await days(100);
    expect(after - before).toBeLessThan(2_000_000);
  });
});
