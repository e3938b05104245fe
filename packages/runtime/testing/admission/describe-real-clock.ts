import { expect } from "vitest";
import { ask, budgetOf, limitsOf, scopeOf, settle, statusOf } from "./admission-kit.ts";
import type { StoreTest } from "./store-under-test.ts";

/** What can be seen of a clock in a moment: only that what must come does come. */
export function describeRealClock(always: StoreTest): void {
  always("frees what an ended lease held, and books a late settlement", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), {
      concurrency: 1,
      budgets: [await budgetOf(under, "1")],
    });
    const request = ask(user, { reserve: "1", leaseMs: 50 });
    const admission = await under.store.admit(request);
    if (!admission.isAdmitted) throw new Error("There was room.");
    const next = ask(user, { reserve: "1" });
    await expect.poll(async () => (await under.store.admit(next)).isAdmitted, { timeout: 20_000 }).toBe(true);
    expect(await settle(under.store, admission, request, "0.25")).toMatchObject({
      isBooked: true,
      wasLate: true,
    });
    expect(await statusOf(under, user)).toEqual({ spent: "0.25", reserved: "1" });
  });

  always("sweeps what has ended", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { budgets: [await budgetOf(under, "1")] });
    await under.store.admit(ask(user, { reserve: "0.5", leaseMs: 50 }));
    await under.store.admit(ask(user, { reserve: "0.5", leaseMs: 50 }));
    let freed = 0;
    await expect.poll(async () => (freed += await under.store.sweep()), { timeout: 20_000 }).toBe(2);
    expect(await statusOf(under, user)).toEqual({ spent: "0", reserved: "0" });
  });

  always("gets calls back with time", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { rate: { perMinute: 600, burst: 0 } });
    let admitted = 0;
    const ten = async () => {
      if ((await under.store.admit(ask(user))).isAdmitted) admitted += 1;
      return admitted;
    };
    await expect.poll(ten, { timeout: 30_000 }).toBe(5);
  });
}
