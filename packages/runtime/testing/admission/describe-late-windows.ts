import { randomUUID } from "node:crypto";

import { describe, expect, test } from "vitest";

import type {
  AdmissionStore,
  BudgetAlert,
  BudgetLimit,
  Scope,
  ScopeLimits,
} from "../../src/admission/admission-store.ts";
import { admit, ask, entryOf, HOUR, limitsOf } from "./admission-kit.ts";

export function budgetFrom(start: number, given: Partial<BudgetLimit> = {}): BudgetLimit {
  const windows = [{ start: new Date(start), end: new Date(start + 24 * HOUR) }];
  return { period: "daily", limit: "1", enforcement: "block", thresholds: [], windows, ...given };
}

/** A call of an account in an organization that was settled. */
async function call(
  store: AdmissionStore,
  scopes: readonly ScopeLimits[],
  { organization, cost, startedAt = new Date() }: { organization: Scope; cost: string; startedAt?: Date },
) {
  const request = ask(scopes);
  const entry = { ...entryOf(request, cost), organizationId: organization.id, startedAt };
  return store.settle({ admission: await admit(store, request), request, cost, entry });
}

/** Windows that are made in their middle, on stores with a ledger. */
export function describeLateWindows(name: string, open: () => AdmissionStore): void {
  describe(name, () => {
    test("a budget that is set in the middle of its window counts what was spent in it already", async () => {
      const store = open();
      const user = limitsOf({ kind: "user", id: randomUUID() });
      const organization = { kind: "organization", id: randomUUID() } as const;
      const start = Date.now() - 3 * HOUR;
      await call(store, [user], { organization, cost: "0.4" });
      await call(store, [user], { organization, cost: "0.2", startedAt: new Date(start) });
      // Before it begins, and somebody else's.
      await call(store, [user], { organization, cost: "0.1", startedAt: new Date(start - 1) });
      await call(store, [user], { organization: { kind: "organization", id: randomUUID() }, cost: "0.1" });

      const pool = limitsOf(organization, { budgets: [budgetFrom(start, { thresholds: [0.5, 0.9] })] });
      expect(await store.status([pool])).toMatchObject([{ spent: "0.6", reserved: "0" }]);
      const refused = await store.admit(ask([user, pool], { reserve: "0.5" }));
      expect(refused).toMatchObject({
        isAdmitted: false,
        refusal: { limit: "dailyBudget", used: "0.6", scope: organization },
        alerts: [{ threshold: 0.5, spent: "0.6" }] satisfies Partial<BudgetAlert>[],
      });
      const settled = await call(store, [user, pool], { organization, cost: "0.3" });
      expect(settled).toMatchObject({ budgets: [{ spent: "0.9" }], alerts: [{ threshold: 0.9 }] });
    });

    test("whoever looks finds what such a budget has made due, once, and its next call goes on from there", async () => {
      const store = open();
      const user = limitsOf({ kind: "user", id: randomUUID() });
      const organization = { kind: "organization", id: randomUUID() } as const;
      const start = Date.now() - 3 * HOUR;
      await call(store, [user], { organization, cost: "0.6" });
      const given = { thresholds: [0.5, 0.9] };
      const pool = limitsOf(organization, { budgets: [budgetFrom(start, given)] });
      const generous = limitsOf(organization, { budgets: [budgetFrom(start, { ...given, limit: "100" })] });
      expect(await store.review([generous])).toMatchObject({ budgets: [{ spent: "0.6" }], alerts: [] });
      expect(await store.review([user, pool])).toMatchObject({
        budgets: [{ spent: "0.6", reserved: "0" }],
        alerts: [{ threshold: 0.5, limit: "1", spent: "0.6", scope: organization }],
      });
      expect(await store.review([pool])).toMatchObject({ alerts: [] });
      const settled = await call(store, [user, pool], { organization, cost: "0.3" });
      expect(settled).toMatchObject({ budgets: [{ spent: "0.9" }], alerts: [{ threshold: 0.9 }] });
    });

    test("a day that begins elsewhere from now on begins with what was spent in it", async () => {
      const store = open();
      const account = { kind: "user", id: randomUUID() } as const;
      const organization = { kind: "organization", id: randomUUID() } as const;
      const start = Date.now() - 10 * HOUR;
      const before = limitsOf(account, { budgets: [budgetFrom(start)] });
      await call(store, [before], { organization, cost: "0.2", startedAt: new Date(start + HOUR) });
      await call(store, [before], { organization, cost: "0.5", startedAt: new Date(start + 6 * HOUR) });
      const moved = limitsOf(account, { budgets: [budgetFrom(start + 5 * HOUR)] });
      expect(await store.status([before, moved])).toMatchObject([{ spent: "0.7" }, { spent: "0.5" }]);
      const { budgets } = await admit(store, ask(moved, { reserve: "0.1" }));
      expect(budgets).toMatchObject([{ spent: "0.5", reserved: "0.1" }]);
    });
  });
}
