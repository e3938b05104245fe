import { expect } from "vitest";

import type { ScopeLimits } from "../../src/admission/admission-store.ts";
import { admit, ask, HOUR, limitsOf, refuse, scopeOf, settle, spend } from "./admission-kit.ts";
import type { StoreTest, StoreUnderTest } from "./store-under-test.ts";

/** That a call counts in every window of its scopes that it is made in, whichever of them its own limits name. */
export function describeOpenWindows(always: StoreTest): void {
  always("a budget that was taken away and set again has missed nothing", async (under) => {
    const scope = await scopeOf(under, "user");
    const budgeted = limitsOf(scope, { budgets: [await dayOf(under, 3)] });
    const without = limitsOf(scope, {});
    await spend(under.store, budgeted, "1");
    await spend(under.store, without, "4");
    await spend(under.twin, without, "4");
    expect(await spentOf(under, budgeted)).toEqual(["9"]);
    const refusal = await refuse(under.store, ask(budgeted, { reserve: "2" }));
    expect(refusal).toMatchObject({ limit: "dailyBudget", used: "9" });
  });

  always("a day that begins elsewhere is no second budget, whichever calls are held to", async (under) => {
    const scope = await scopeOf(under, "user");
    const inOne = limitsOf(scope, { budgets: [await dayOf(under, 3)] });
    const inOther = limitsOf(scope, { budgets: [await dayOf(under, 5)] });
    await spend(under.store, inOne, "0");
    await spend(under.store, inOther, "0");
    let spent = 0;
    for (const limits of [inOne, inOther, inOne]) {
      for (let call = 0; call < 12; call += 1) {
        const request = ask(limits, { reserve: "1" });
        const admission = await under.store.admit(request);
        if (!admission.isAdmitted) continue;
        await settle(under.twin, admission, request, "1");
        spent += 1;
      }
    }
    expect(spent).toBe(10);
    expect(await spentOf(under, inOne)).toEqual(["10"]);
    expect(await spentOf(under, inOther)).toEqual(["10"]);
  });

  always("calls that run when a budget is set are held in it, and booked there", async (under) => {
    const [scope, pool] = [await scopeOf(under, "user"), await scopeOf(under, "organization")];
    const running = ask([limitsOf(scope), limitsOf(pool)], { reserve: "6" });
    const admission = await admit(under.store, running);
    const budgeted = limitsOf(scope, { budgets: [await dayOf(under, 3)] });
    const pooled = limitsOf(pool, { budgets: [await dayOf(under, 3, "7")] });
    // Whoever only looks is told so as well.
    expect(await under.twin.status([budgeted])).toMatchObject([{ spent: "0", reserved: "6" }]);
    expect(await refuse(under.store, ask(budgeted, { reserve: "5" }))).toMatchObject({ used: "6" });
    const inPool = ask([limitsOf(scope), pooled], { reserve: "2" });
    expect(await refuse(under.store, inPool)).toMatchObject({ used: "6", scope: pool });
    await settle(under.twin, admission, running, "2");
    expect(await under.store.status([budgeted])).toMatchObject([{ spent: "2", reserved: "0" }]);
    expect(await under.store.status([pooled])).toMatchObject([{ spent: "2", reserved: "0" }]);
  });
}

/** A day that began so many hours ago, as it does in one time zone or another. */
async function dayOf(under: StoreUnderTest, hoursAgo: number, limit = "10") {
  const start = (await under.now()) - hoursAgo * HOUR;
  const windows = [{ start: new Date(start), end: new Date(start + 24 * HOUR) }];
  return { period: "daily", limit, enforcement: "block", thresholds: [], windows } as const;
}

async function spentOf(under: StoreUnderTest, limits: ScopeLimits): Promise<string[]> {
  return (await under.store.status([limits])).map(({ spent }) => spent);
}
