import { expect } from "vitest";
import {
  admit,
  ask,
  budgetOf,
  limitsOf,
  MINUTE,
  refuse,
  scopeOf,
  settle,
  statusOf,
} from "./admission-kit.ts";
import type { StoreTest } from "./store-under-test.ts";

export function describeLeases(always: StoreTest, inTime: StoreTest): void {
  always("admits so many calls at once; when one of them ends nobody knows", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { concurrency: 2 });
    await admit(under.store, ask(user));
    await admit(under.twin, ask(user));
    expect(await refuse(under.store, ask(user))).toEqual({
      limit: "concurrentRequests",
      scope: user.scope,
      allowed: 2,
      used: 2,
      retryAfterMs: 1_000,
    });
  });

  always("gives the slot of a settled call to the next", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { concurrency: 1 });
    for (let call = 0; call < 3; call += 1) {
      const request = ask(user);
      const admission = await admit(under.store, request);
      await refuse(under.twin, ask(user));
      await settle(under.twin, admission, request, "0");
    }
  });

  always("counts running calls under a limit that is lowered, raised or new", async (under) => {
    const scope = await scopeOf(under, "user");
    const withSlots = (concurrency?: number) => limitsOf(scope, { concurrency });
    for (let call = 0; call < 3; call += 1) await admit(under.store, ask(withSlots()));
    expect(await refuse(under.store, ask(withSlots(2)))).toMatchObject({ allowed: 2, used: 3 });
    expect(await refuse(under.store, ask(withSlots(0)))).toMatchObject({ allowed: 0, used: 3 });
    await admit(under.store, ask(withSlots(4)));
    await refuse(under.store, ask(withSlots(4)));
  });

  always("admits nothing where the limit is 0", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { concurrency: 0 });
    const { retryAfterMs, ...refusal } = await refuse(under.store, ask(user));
    expect(refusal).toMatchObject({ limit: "concurrentRequests", allowed: 0, used: 0 });
    expect(retryAfterMs).toBeGreaterThan(0);
  });

  always("asks the user's slots and the organization's, and takes both or none", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { concurrency: 1 });
    const organization = limitsOf(await scopeOf(under, "organization"), { concurrency: 1 });
    await admit(under.store, ask(organization));
    expect(await refuse(under.store, ask([user, organization]))).toMatchObject({ scope: organization.scope });
    await admit(under.store, ask(user));
    expect(await refuse(under.store, ask([user, organization]))).toMatchObject({ scope: user.scope });
  });

  inTime("frees slot and reservation of a lease that ended, and not before", async (under) => {
    const budgets = [await budgetOf(under, "1")];
    const user = limitsOf(await scopeOf(under, "user"), { concurrency: 1, budgets });
    await admit(under.store, ask(user, { reserve: "1", leaseMs: 3 * MINUTE }));
    await under.advance(2 * MINUTE);
    await refuse(under.store, ask(user));
    await under.advance(MINUTE);
    await admit(under.store, ask(user, { reserve: "1" }));
    expect(await statusOf(under, user)).toEqual({ spent: "0", reserved: "1" });
  });

  inTime("frees once what a call holds of two budgets that share a window", async (under) => {
    const [low, high] = [await budgetOf(under, "1"), await budgetOf(under, "2")];
    const user = limitsOf(await scopeOf(under, "user"), {
      budgets: [low, { ...high, windows: low.windows }],
    });
    await admit(under.store, ask(user, { reserve: "0.3", leaseMs: 9 * MINUTE }));
    await admit(under.store, ask(user, { reserve: "0.2", leaseMs: MINUTE }));
    await under.advance(2 * MINUTE);
    await under.store.sweep();
    const states = await under.store.status([user]);
    expect(states.map(({ reserved }) => reserved)).toEqual(["0.3", "0.3"]);
  });

  inTime("frees the reservation of a lease that ended where only the budget is asked", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { budgets: [await budgetOf(under, "1")] });
    await admit(under.store, ask(user, { reserve: "0.6", leaseMs: MINUTE }));
    await admit(under.store, ask(user, { reserve: "0.4", leaseMs: 3 * MINUTE }));
    await refuse(under.store, ask(user, { reserve: "0.5" }));
    await under.advance(2 * MINUTE);
    await refuse(under.store, ask(user, { reserve: "0.7" }));
    await admit(under.store, ask(user, { reserve: "0.6" }));
    await refuse(under.store, ask(user, { reserve: "0.1" }));
  });

  inTime("keeps what is renewed, and tells which leases that are", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { concurrency: 2 });
    const kept = ask(user, { leaseMs: 2 * MINUTE });
    const lost = ask(user, { leaseMs: 2 * MINUTE });
    const ended = ask(user, { leaseMs: 2 * MINUTE });
    await settle(under.store, await admit(under.store, ended), ended, "0");
    const admission = await admit(under.store, kept);
    await admit(under.store, lost);

    await under.advance(MINUTE);
    expect(await under.twin.renew([kept.id, ended.id, ask(user).id], 3 * MINUTE)).toEqual([kept.id]);
    await under.advance(2 * MINUTE);
    // One slot was left, and one was kept.
    await admit(under.store, ask(user));
    await refuse(under.store, ask(user));
    expect(await under.store.renew([lost.id, kept.id], 5 * MINUTE)).toEqual([kept.id]);
    await under.advance(4 * MINUTE);
    await refuse(under.store, ask(user));
    expect(await settle(under.store, admission, kept, "0")).toMatchObject({ isBooked: true, wasLate: false });
  });

  inTime("cannot renew a lease that ended, swept or not", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"));
    const request = ask(user, { leaseMs: MINUTE });
    await admit(under.store, request);
    await under.advance(2 * MINUTE);
    expect(await under.store.renew([request.id], MINUTE)).toEqual([]);
    await under.store.sweep();
    expect(await under.store.renew([request.id], MINUTE)).toEqual([]);
    expect(await under.store.renew([], MINUTE)).toEqual([]);
  });

  inTime("sweeps what ended, once, and nothing else", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { budgets: [await budgetOf(under, "9")] });
    for (let call = 0; call < 3; call += 1)
      await admit(under.store, ask(user, { reserve: "1", leaseMs: MINUTE }));
    await admit(under.store, ask(user, { reserve: "0.5", leaseMs: 5 * MINUTE }));
    expect(await under.store.sweep()).toBe(0);
    await under.advance(2 * MINUTE);
    expect(await under.twin.sweep()).toBe(3);
    expect(await under.store.sweep()).toBe(0);
    expect(await statusOf(under, user)).toEqual({ spent: "0", reserved: "0.5" });
    await under.advance(5 * MINUTE);
    expect(await under.store.sweep()).toBe(1);
    expect(await statusOf(under, user)).toEqual({ spent: "0", reserved: "0" });
  });

  inTime("is back at nothing within the lease when everybody who called is gone", async (under) => {
    const budgets = [await budgetOf(under, "100")];
    const organization = limitsOf(await scopeOf(under, "organization"), { concurrency: 40, budgets });
    for (let caller = 0; caller < 4; caller += 1) {
      const user = limitsOf(await scopeOf(under, "user"), { concurrency: 10, budgets });
      const request = () => ask([user, organization], { reserve: "0.1", leaseMs: MINUTE });
      await Promise.all(Array.from({ length: 10 }, () => admit(under.store, request())));
    }
    expect(await statusOf(under, organization)).toEqual({ spent: "0", reserved: "4" });
    await under.advance(2 * MINUTE);
    expect(await under.store.sweep()).toBe(40);
    expect(await statusOf(under, organization)).toEqual({ spent: "0", reserved: "0" });
    await Promise.all(Array.from({ length: 40 }, () => admit(under.store, ask(organization))));
  });
}
