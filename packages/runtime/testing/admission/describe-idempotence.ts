import { AIConfigError } from "@ai-config/config-core";
import { expect } from "vitest";
import {
  admit,
  ask,
  budgetOf,
  HOUR,
  ledgerSum,
  limitsOf,
  MINUTE,
  refuse,
  scopeOf,
  settle,
  spend,
  statusOf,
  thresholdsOf,
} from "./admission-kit.ts";
import type { StoreTest, StoreUnderTest } from "./store-under-test.ts";

export function describeIdempotence(always: StoreTest, inTime: StoreTest): void {
  const limited = async (under: StoreUnderTest) =>
    limitsOf(await scopeOf(under, "user"), {
      rate: { perMinute: 1, burst: 1 },
      concurrency: 2,
      budgets: [await budgetOf(under, "1")],
    });

  always("an id admitted again has its first answer, and takes nothing more", async (under) => {
    const user = await limited(under);
    const request = ask(user, { reserve: "0.4" });
    const first = await admit(under.store, request);
    for (const store of [under.store, under.twin]) {
      const again = await admit(store, request);
      expect(again).toMatchObject({ isAdmitted: true, id: request.id, alerts: [] });
      expect(again.budgets).toEqual(first.budgets);
    }
    await admit(under.store, ask(user, { reserve: "0.6" }));
    expect(await admit(under.store, request)).toMatchObject({ id: request.id });
    expect(await statusOf(under, user)).toEqual({ spent: "0", reserved: "1" });
  });

  always(
    "an alert that is due when an id is admitted again comes once, now or with the next call",
    async (under) => {
      const scope = await scopeOf(under, "user");
      const base = await budgetOf(under, "100");
      const limited = limitsOf(scope, { budgets: [{ ...base, limit: "10", thresholds: [0.5] }] });
      const request = ask(limited);
      await admit(under.store, request);
      await spend(under.store, limitsOf(scope, { budgets: [base] }), "6");
      const answers = [await admit(under.store, request), await admit(under.store, ask(limited))];
      expect(thresholdsOf(answers.flatMap(({ alerts }) => alerts))).toEqual([0.5]);
    },
  );

  always("an id asked for ten times at once is admitted once", async (under) => {
    const user = await limited(under);
    const request = ask(user, { reserve: "0.4" });
    const stores = [under.store, under.twin];
    await Promise.all(
      Array.from({ length: 10 }, (_, index) => admit(stores[index % 2] ?? under.store, request)),
    );
    expect(await statusOf(under, user)).toEqual({ spent: "0", reserved: "0.4" });
    await admit(under.store, ask(user, { reserve: "0.6" }));
  });

  always("a refused id may be tried again", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { concurrency: 1 });
    const running = ask(user);
    const admission = await admit(under.store, running);
    const request = ask(user);
    await refuse(under.store, request);
    await refuse(under.store, request);
    await settle(under.store, admission, running, "0");
    await admit(under.store, request);
  });

  always("a settled id is never admitted again: nothing would be booked for it", async (under) => {
    const user = await limited(under);
    const request = ask(user, { reserve: "0.4" });
    await settle(under.store, await admit(under.store, request), request, "0.3");
    await expect(under.twin.admit(request)).rejects.toBeInstanceOf(AIConfigError);
    expect(await statusOf(under, user)).toEqual({ spent: "0.3", reserved: "0" });
  });

  always("a call settled again is not booked again", async (under) => {
    const user = await limited(under);
    const request = ask(user, { reserve: "0.4" });
    const admission = await admit(under.store, request);
    await admit(under.store, ask(user, { reserve: "0.1" }));
    expect(await settle(under.store, admission, request, "0.3")).toMatchObject({
      isBooked: true,
      wasLate: false,
    });
    for (const store of [under.store, under.twin]) {
      const again = await settle(store, structuredClone(admission), request, "0.3");
      expect(again).toMatchObject({ isBooked: false, alerts: [] });
    }
    expect(await statusOf(under, user)).toEqual({ spent: "0.3", reserved: "0.1" });
    expect(await ledgerSum(under, user.scope)).toBe("0.3");
  });

  always("a call settled ten times at once is booked once", async (under) => {
    const user = await limited(under);
    const request = ask(user, { reserve: "0.4" });
    const admission = await admit(under.store, request);
    const stores = [under.store, under.twin];
    const settled = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        settle(stores[index % 2] ?? under.store, admission, request, "0.3"),
      ),
    );
    expect(settled.filter(({ isBooked }) => isBooked)).toHaveLength(1);
    expect(await statusOf(under, user)).toEqual({ spent: "0.3", reserved: "0" });
    expect(await ledgerSum(under, user.scope)).toBe("0.3");
    expect((await under.ledger()).filter(({ id }) => id === request.id)).toHaveLength(1);
  });

  for (const isSwept of [false, true]) {
    inTime(
      `a settlement after ${isSwept ? "the sweep" : "the lease"} books the cost, once`,
      async (under) => {
        const user = await limited(under);
        const request = ask(user, { reserve: "0.4", leaseMs: MINUTE });
        const admission = await admit(under.store, request);
        const other = ask(user, { reserve: "0.5", leaseMs: HOUR });
        await admit(under.store, other);
        await under.advance(2 * MINUTE);
        if (isSwept) expect(await under.store.sweep()).toBe(1);

        expect(await settle(under.twin, admission, request, "0.3")).toMatchObject({
          isBooked: true,
          wasLate: true,
        });
        expect(await settle(under.store, admission, request, "0.3")).toMatchObject({ isBooked: false });
        expect(await statusOf(under, user)).toEqual({ spent: "0.3", reserved: "0.5" });
        expect(await ledgerSum(under, user.scope)).toBe("0.3");
        expect(await under.store.renew([request.id, other.id], MINUTE)).toEqual([other.id]);
      },
    );
  }

  inTime("an id whose lease has ended is decided anew", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { concurrency: 1 });
    const request = ask(user, { leaseMs: MINUTE });
    const other = ask(user, { leaseMs: MINUTE });
    await admit(under.store, request);
    await under.advance(2 * MINUTE);
    await admit(under.store, request);
    await refuse(under.store, other);
    await under.advance(2 * MINUTE);
    await admit(under.store, other);
    await refuse(under.store, request);
    expect(await under.store.renew([request.id, other.id], MINUTE)).toEqual([other.id]);
  });

  inTime("a late settlement is booked although others took its place", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), {
      concurrency: 1,
      budgets: [await budgetOf(under, "1")],
    });
    const request = ask(user, { reserve: "1", leaseMs: MINUTE });
    const admission = await admit(under.store, request);
    await under.advance(2 * MINUTE);
    const second = ask(user, { reserve: "1" });
    const secondAdmission = await admit(under.store, second);
    await settle(under.store, admission, request, "1");
    // The slot of the other call is its own.
    await refuse(under.store, ask(user));
    await settle(under.store, secondAdmission, second, "1");
    expect(await statusOf(under, user)).toEqual({ spent: "2", reserved: "0" });
    expect(await ledgerSum(under, user.scope)).toBe("2");
  });
}
