import { compareUsd, sumUsd } from "@ai-config/config-core";
import { expect } from "vitest";

import type { Refusal } from "../../src/admission/admission-store.ts";
import { ask, budgetOf, ledgerSum, limitsOf, refusalOf, scopeOf, settle, statusOf } from "./admission-kit.ts";
import type { StoreTest } from "./store-under-test.ts";

export function describeStorms(always: StoreTest): void {
  always("200 calls at once spend no more than the cap, and every refusal names it", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { budgets: [await budgetOf(under, "1")] });
    const pool = limitsOf(await scopeOf(under, "organization"), { budgets: [await budgetOf(under, "500")] });
    const refusals: Refusal[] = [];
    const costs: string[] = [];
    const call = async (index: number) => {
      const [first, second] = index % 2 === 0 ? [under.store, under.twin] : [under.twin, under.store];
      const request = ask([user, pool], { reserve: "0.0310000000000000000000000001" });
      const admission = await first.admit(request);
      if (!admission.isAdmitted) return void refusals.push(refusalOf(admission));
      const cost = index % 3 === 0 ? request.reserve : `0.0${(index % 31) + 1}7`;
      const paid = compareUsd(cost, request.reserve) > 0 ? request.reserve : cost;
      costs.push(paid);
      await settle(second, admission, request, paid);
    };
    await Promise.all(Array.from({ length: 200 }, (_, index) => call(index)));

    const { spent, reserved } = await statusOf(under, user);
    expect({ spent, reserved }).toEqual({ spent: sumUsd(costs), reserved: "0" });
    expect(compareUsd(spent, "1")).toBeLessThanOrEqual(0);
    expect(await ledgerSum(under, user.scope)).toBe(spent);
    expect((await statusOf(under, pool)).spent).toBe(spent);
    expect(refusals.length).toBe(200 - costs.length);
    expect(refusals.length).toBeGreaterThan(0);
    for (const { limit, scope } of refusals)
      expect({ limit, scope }).toEqual({ limit: "dailyBudget", scope: user.scope });
  });

  always("200 calls that stay open hold exactly what fits", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { budgets: [await budgetOf(under, "1")] });
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        (index % 2 === 0 ? under.store : under.twin).admit(ask(user, { reserve: "0.03" })),
      ),
    );
    expect(answers.filter(({ isAdmitted }) => isAdmitted)).toHaveLength(33);
    expect(await statusOf(under, user)).toEqual({ spent: "0", reserved: "0.99" });
  });

  always("100 calls at once get exactly the slots there are", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { concurrency: 7 });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        (index % 2 === 0 ? under.store : under.twin).admit(ask(user)),
      ),
    );
    expect(answers.filter(({ isAdmitted }) => isAdmitted)).toHaveLength(7);
  });

  always("100 calls at once get exactly what the bucket holds", async (under) => {
    const user = limitsOf(await scopeOf(under, "user"), { rate: { perMinute: 1, burst: 9 } });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        (index % 2 === 0 ? under.store : under.twin).admit(ask(user)),
      ),
    );
    expect(answers.filter(({ isAdmitted }) => isAdmitted)).toHaveLength(10);
  });

  always("users of one organization neither block each other nor lose a digit", async (under) => {
    const budgets = [await budgetOf(under, "1000")];
    const pool = limitsOf(await scopeOf(under, "organization"), { budgets });
    const users = await Promise.all(
      Array.from({ length: 5 }, async () => limitsOf(await scopeOf(under, "user"), { budgets })),
    );
    await Promise.all(
      users.flatMap((user, person) =>
        Array.from({ length: 20 }, async (_, call) => {
          const store = (person + call) % 2 === 0 ? under.store : under.twin;
          const request = ask([user, pool], { reserve: "0.5" });
          const admission = await store.admit(request);
          if (!admission.isAdmitted) throw new Error("There was room.");
          await settle(
            store,
            admission,
            request,
            `0.0000000000000000000000000${String(call + 1).padStart(3, "0")}`,
          );
        }),
      ),
    );
    for (const user of users) {
      expect(await statusOf(under, user)).toEqual({ spent: "0.000000000000000000000000021", reserved: "0" });
    }
    expect(await statusOf(under, pool)).toEqual({ spent: "0.000000000000000000000000105", reserved: "0" });
    expect(await ledgerSum(under, pool.scope)).toBe("0.000000000000000000000000105");
  });
}
